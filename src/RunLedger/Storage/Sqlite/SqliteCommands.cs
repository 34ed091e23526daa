using Microsoft.Data.Sqlite;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>Statements of one SQLite transaction.</summary>
sealed class SqliteCommands(SqliteConnection connection, SqliteTransaction transaction)
{
    public SqliteConnection Connection => connection;
    public SqliteTransaction Transaction => transaction;

    /// <returns>How many rows it changed.</returns>
    public int Run(string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    public void Read(string sql, Action<SqliteRow> each, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var row = new SqliteRow(reader);
        while (reader.Read())
            each(row);
    }

    public void Reject(List<RejectedRow> rejected)
    {
        foreach (var row in rejected)
        {
            Run("insert into rejected_observation "
                + "(rejected_id, contract, origin, content_type, payload, reason, fingerprint, rejected_at) "
                + "values ($id, $contract, $origin, $type, $payload, $reason, $fingerprint, $at) "
                + RejectedRow.OnConflict,
                ("$id", row.RejectedId.ToString()), ("$contract", row.Contract), ("$origin", row.Origin),
                ("$type", row.ContentType), ("$payload", row.Payload), ("$reason", row.Reason),
                ("$fingerprint", row.Fingerprint), ("$at", LedgerTime.Text(row.RejectedAt)));
        }
    }

    /// <summary>Moves the number of runs by status.</summary>
    public void Count(IReadOnlyDictionary<string, int> counts)
    {
        foreach (var (status, by) in counts.Where(count => count.Value != 0))
        {
            Run("insert into run_status_count (writer, status, runs) values (0, $status, $by) "
                + "on conflict (writer, status) do update set runs = runs + excluded.runs",
                ("$status", status), ("$by", by));
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
