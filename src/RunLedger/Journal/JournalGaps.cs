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

    /// <summary>Those offsets, from and to, as many as are kept.</summary>
    public List<(long From, long To)> Holes { get; } = [];

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
            Hole(next, message.Offset - 1);
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

        Hole(next, ends.Last);
        await Keep(connection, named, cancellationToken);
        return await Unnamed(connection, cancellationToken);
    }

    void Hole(long from, long to)
    {
        if (from > to)
            return;
        Missing += to - from + 1;
        if (Holes.Count < MostHoles)
            Holes.Add((from, to));
    }

    static async Task Keep(NpgsqlConnection connection, HashSet<Guid> named, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "insert into named_run select unnest($1) on conflict do nothing", connection);
        command.Parameters.AddWithValue(named.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
        named.Clear();
    }

    // Neighbours in the order in which they were created, with none between them that is named, are one span.
    static async Task<List<(DateTime From, DateTime To, long Runs)>> Unnamed(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with run as (
              select process_run_id, created_at from process_run_observation
              union all select process_run_id, created_at from process_run_archive
            ), judged as (
              select created_at,
                not exists (select from named_run n where n.run_id = run.process_run_id)
                and not exists (
                  select from process_run_alias a join named_run n on n.run_id = a.alias_id
                  where a.process_run_id = run.process_run_id) as unnamed
              from run
            ), island as (
              select created_at, unnamed, row_number() over (order by created_at, unnamed)
                - row_number() over (partition by unnamed order by created_at) as number
              from judged
            )
            select min(created_at), max(created_at), count(*) from island where unnamed group by number order by 1
            """,
            connection);
        return await command.List(
            row => (row.GetDateTime(0), row.GetDateTime(1), row.GetInt64(2)), cancellationToken);
    }
}
