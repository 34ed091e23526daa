using System.Data.Common;

namespace RunLedger.Storage;

/// <summary>
/// Statements on one connection that every provider understands: parameters are @named, and ids, times and JSON go in
/// as the provider keeps them. The few words in which providers differ are members.
/// </summary>
abstract class LedgerSql(DbConnection connection, DbTransaction? transaction)
{
    /// <summary>For a selection of rows that another replica may be at; empty where there is no other.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>For a selection of rows that are about to be changed; empty where nobody else writes.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The minutes since 1970 of a column of times, as a whole number.</summary>
    public abstract string EpochMinutes(string column);

    /// <summary>That a column of ids has one of a parameter, which is an array of them.</summary>
    public abstract string IsOneOf(string column, string parameter);

    /// <summary>
    /// A column of JSON as text where that has no more bytes than a parameter says, else null. What is far larger is
    /// not read to know it.
    /// </summary>
    public abstract string TextWithin(string column, string most);

    /// <summary>
    /// For a from clause: joins as <c>r</c>, to each row before it, the runs of a selection that names that row. Where
    /// the selection is in the order of an index and limited, that is descended once for each row.
    /// </summary>
    public abstract string RunsOfEach(string selection, string table = "process_run_observation");

    /// <summary>A member of a column of JSON objects, as JSON text; null where it is missing.</summary>
    public abstract string MemberAsText(string column, string member);

    /// <summary>Of a JSON value the text, or the number as it was written; null where it is neither.</summary>
    public abstract string TextOrNumber(string json);

    /// <summary>A number for a commit that is sealed; what it writes is held by then.</summary>
    public abstract string NextSeal { get; }

    /// <returns>How many rows it changed.</returns>
    public async Task<int> Run(
        string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<List<T>> List<T>(
        string sql, Func<StoredRow, T> read, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        var list = new List<T>();
        await Each(command, row => list.Add(read(row)), cancellationToken);
        return list;
    }

    /// <summary>
    /// Reads rows one after the other, of which there may be millions; however long it takes, until who asked gives up.
    /// </summary>
    public async Task Each(
        string sql, Action<StoredRow> read, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        command.CommandTimeout = 0;
        await Each(command, read, cancellationToken);
    }

    async Task Each(DbCommand command, Action<StoredRow> read, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = Row(reader);
        while (await reader.ReadAsync(cancellationToken))
            read(row);
    }

    protected abstract StoredRow Row(DbDataReader reader);

    /// <summary>Gives a parameter its value; null is the database's null.</summary>
    protected abstract void Set(DbParameter parameter, object? value);

    DbCommand Command(string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // every statement is written in this repository, values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            Set(parameter, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>A value for a column of JSON.</summary>
    public sealed record Json(string Text);
}
