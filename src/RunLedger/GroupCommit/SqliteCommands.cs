using Microsoft.Data.Sqlite;
using RunLedger.Runs;

namespace RunLedger.GroupCommit;

/// <summary>Statements of one SQLite transaction.</summary>
sealed class SqliteCommands(SqliteConnection connection, SqliteTransaction transaction)
{
    /// <returns>How many rows it changed.</returns>
    public int Run(string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    public void Read(string sql, Action<SqliteDataReader> each, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            each(reader);
    }

    public void Reject(List<RejectedRow> rejected)
    {
        foreach (var row in rejected)
        {
            Run("insert into rejected_observation (rejected_id, contract, origin, content_type, payload, reason, rejected_at) "
                + "values ($id, $contract, $origin, $type, $payload, $reason, $at) on conflict (rejected_id) do nothing",
                ("$id", row.RejectedId.ToString()), ("$contract", row.Contract), ("$origin", row.Origin),
                ("$type", row.ContentType), ("$payload", row.Payload), ("$reason", row.Reason),
                ("$at", Micros.Text(row.RejectedAt)));
        }
    }

    SqliteCommand Command(string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
