using Npgsql;
using RunLedger.Schema;
using RunLedger.Storage.Rows;

namespace RunLedger.Journal;

/// <summary>
/// Compares the ledger's tables with those that were rebuilt beside them, in one statement for each table: whatever
/// their size, only rows that differ leave the database.
/// </summary>
/// <param name="connectionString">The ledger's database and schema.</param>
/// <param name="log">The schema of the rebuilt tables.</param>
/// <param name="begins">When the log begins.</param>
sealed class JournalComparison(string connectionString, string log, DateTime begins)
{
    readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Timezone = "UTC",
        ApplicationName = "run-ledger journal",
        CommandTimeout = 0,
    }.ConnectionString;

    /// <summary>Rows of which the log makes one and that the ledger has archived: they are not compared.</summary>
    public long Archived { get; private set; }

    /// <summary>What differs, of all rows or of some.</summary>
    public async Task Find(Guid[]? only, Action<JournalDifference> found, CancellationToken cancellationToken)
    {
        Archived = 0;
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await Find(connection, LedgerTable.Runs, only, found, cancellationToken);
        await Find(connection, LedgerTable.Components, only, found, cancellationToken);
    }

    /// <summary>How many rows both tables of the ledger have.</summary>
    public async Task<(long Runs, long Components)> Count(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
             select (select count(*) from {LedgerTable.Runs.Rows}),
               (select count(*) from {LedgerTable.Components.Rows})
             """,
            connection);
        return (await command.List(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
    }

    /// <summary>
    /// What the log rejects and the ledger has not set aside, and how many the ledger has set aside for another reason
    /// than a message of the log.
    /// </summary>
    public async Task<(List<(Guid Id, string Reason)> Missing, long Others)> Rejected(
        CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var missing = new NpgsqlCommand(
            $"""
             select rejected_id, reason from "{log}".rejected_observation j
             where not exists (select from rejected_observation l where l.rejected_id = j.rejected_id)
             order by rejected_at limit 10000
             """,
            connection);
        var rows = await missing.List(row => (row.GetGuid(0), row.GetString(1)), cancellationToken);
        await using var others = new NpgsqlCommand(
            $"""
             select count(*) from rejected_observation l where rejected_at >= $1
               and not exists (select from "{log}".rejected_observation j where l.rejected_id = j.rejected_id)
             """,
            connection);
        others.Parameters.AddWithValue(begins);
        return (rows, (long)(await others.ExecuteScalarAsync(cancellationToken))!);
    }

    async Task Find<TRow>(
        NpgsqlConnection connection,
        LedgerTable<TRow> table,
        Guid[]? only,
        Action<JournalDifference> found,
        CancellationToken cancellationToken)
        where TRow : LedgerRow, new()
    {
        // What follows created_at is the ledger's own memory.
        var columns = table.Columns.Select(column => column.Name)
            .TakeWhile(name => name != "created_at").Where(name => name != table.Id).ToList();
        var some = only is null ? "" : $" where {table.Id} = any ($1)";
        await using var command = new NpgsqlCommand(
            $"""
             select coalesce(l.{table.Id}, j.{table.Id}), l.{table.Id} is not null, j.{table.Id} is not null,
               l.created_at, a.{table.Id} is not null,
               {string.Join(", ", columns.Select(name => $"l.{name}::text, j.{name}::text"))}
             from (select * from {table.Rows}{some}) l
               full join (select * from "{log}".{table.Rows}{some}) j on j.{table.Id} = l.{table.Id}
               left join {table.Archive} a on l.{table.Id} is null and a.{table.Id} = j.{table.Id}
             where l.{table.Id} is null or j.{table.Id} is null
               or ({Values("l", columns)}) is distinct from ({Values("j", columns)})
             """,
            connection);
        if (only is not null)
            command.Parameters.AddWithValue(only);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (inLedger, inLog) = (reader.GetBoolean(1), reader.GetBoolean(2));
            if (reader.GetBoolean(4))
            {
                Archived++;
                continue;
            }

            var different = inLedger && inLog ? Different(reader, columns) : [];
            if (inLedger && inLog && different.Count == 0)
                continue;
            found(new(
                table.Rows,
                reader.GetGuid(0),
                inLedger,
                inLog,
                inLedger && reader.GetDateTime(3) < begins,
                different));
        }
    }

    static List<DifferentColumn> Different(NpgsqlDataReader reader, List<string> columns)
    {
        var values = columns.Select((name, at) => new DifferentColumn(
            name, Text(reader, 5 + (2 * at)), Text(reader, 6 + (2 * at)))).ToList();
        var evidence = values.Find(value => value.Name == LedgerTable.EvidenceRef).Ledger;
        return values.FindAll(value => value.Name switch
        {
            "status" => !InferredValues.SameStatus(value.Ledger, value.Log, evidence),
            LedgerTable.EvidenceRef => !InferredValues.SameEvidence(value.Ledger, value.Log),
            _ => value.Ledger != value.Log,
        });
    }

    static string? Text(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    // Flags are the ledger's alone, and of many rows: they do not leave the database for them.
    static string Values(string row, IEnumerable<string> columns) => string.Join(", ", columns.Select(name =>
        name == LedgerTable.EvidenceRef
            ? $"case when jsonb_typeof({row}.{name}) = 'object' then nullif({row}.{name} - 'flags', '{{}}') "
                + $"else {row}.{name} end"
            : $"{row}.{name}"));
}
