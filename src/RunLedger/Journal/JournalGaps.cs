using Npgsql;
using RunLedger.Contracts;
using RunLedger.Schema;

namespace RunLedger.Journal;

/// <summary>
/// Where the log has holes: offsets that it does not have, and runs of the ledger that no message of it names. It reads
/// the stream once, folds nothing, and keeps the ids it has read in a temporary table.
/// </summary>
sealed class JournalGaps(string connectionString, JournalReader reader, JournalReading reading)
{
    const int Ids = 5_000;

    /// <summary>More holes than anybody reads are counted and not kept.</summary>
    const int MostHoles = 1_000;

    readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "run-ledger journal",
        CommandTimeout = 0,
    }.ConnectionString;

    /// <summary>Messages that were read.</summary>
    public long Messages { get; private set; }

    /// <summary>Offsets between the first and the last that are not there.</summary>
    public long Missing { get; private set; }

    /// <summary>Offsets that are the broker's own notes.</summary>
    public long Notes { get; private set; }

    /// <summary>Where messages are missing, as many as are kept.</summary>
    public List<JournalHole> Holes { get; } = [];

    /// <summary>Spans of the ledger's clock in which runs were created that no message names.</summary>
    public async Task<List<(DateTime From, DateTime To, long Runs)>> Find(
        JournalEnds ends, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await connection.Execute("create temp table named_run (run_id uuid primary key)", cancellationToken);
        var next = ends.First;
        var named = new HashSet<Guid>(Ids);
        await foreach (var message in reader.Read(next, ends.Last, cancellationToken))
        {
            Note(new(next, message.Offset - 1));
            next = message.Offset + 1;
            Messages++;
            foreach (var part in reading.Read(message.Delivery))
            {
                if (part.Message is RunObservation observation)
                    named.Add(observation.ProcessRunId);
            }

            if (named.Count >= Ids)
                await Keep(connection, named, cancellationToken);
        }

        Note(new(next, ends.Last));
        await Keep(connection, named, cancellationToken);
        return await Unnamed(connection, cancellationToken);
    }

    void Note(JournalHole hole)
    {
        Notes += hole.IsNote ? 1 : 0;
        Missing += hole.Missing;
        if (hole.Missing > 0 && Holes.Count < MostHoles)
            Holes.Add(hole);
    }

    static async Task Keep(NpgsqlConnection connection, HashSet<Guid> named, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "insert into named_run select unnest($1) on conflict do nothing", connection);
        command.Parameters.AddWithValue(named.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
        named.Clear();
    }

    // Minutes that follow one another and have such a run are one span.
    static async Task<List<(DateTime From, DateTime To, long Runs)>> Unnamed(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with run as (
              select process_run_id, created_at from process_run_observation
              union all select process_run_id, created_at from process_run_archive
            ), minute as (
              select date_trunc('minute', created_at) as at, min(created_at) as first, max(created_at) as last,
                count(*) as runs
              from run
              where not exists (select from named_run n where n.run_id = run.process_run_id)
                and not exists (
                  select from process_run_alias a join named_run n on n.run_id = a.alias_id
                  where a.process_run_id = run.process_run_id)
              group by 1
            ), span as (
              select *, at - row_number() over (order by at) * interval '1 minute' as number from minute
            )
            select min(first), max(last), sum(runs)::bigint from span group by number order by 1
            """,
            connection);
        return await command.List(
            row => (row.GetDateTime(0), row.GetDateTime(1), row.GetInt64(2)), cancellationToken);
    }
}
