using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using RunLedger.Folding;

namespace RunLedger.Service.Database;

/// <summary>
/// Statements on one connection that either store understands: parameters are @named, and ids, times and JSON go in as the
/// store keeps them.
/// </summary>
sealed class LedgerSql(DbConnection connection, DbTransaction? transaction)
{
    public bool Postgres { get; } = connection is NpgsqlConnection;

    /// <summary>For a selection of rows that another replica may be at; the embedded ledger has no other.</summary>
    public string SkipLocked => Postgres ? "for update skip locked" : "";

    /// <returns>How many rows it changed.</returns>
    public async Task<int> Run(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<List<T>> List<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            list.Add(read(reader));
        return list;
    }

    DbCommand Command(string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // every statement is written here, values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = Postgres ? value ?? DBNull.Value : Embedded(value);
            if (value is Json json && parameter is NpgsqlParameter postgres)
            {
                postgres.NpgsqlDbType = NpgsqlDbType.Jsonb;
                postgres.Value = json.Text;
            }

            command.Parameters.Add(parameter);
        }

        return command;
    }

    static object Embedded(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => id.ToString(),
        DateTime time => LedgerTime.Text(time),
        Json json => json.Text,
        _ => value,
    };

    /// <summary>A value for a column of JSON.</summary>
    public sealed record Json(string Text);
}
