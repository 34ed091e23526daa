using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Scheduling;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Scheduling;

/// <summary>Many messages in a table that was all but empty when the statements over it were planned.</summary>
public sealed class ScheduleBurstTests
{
    const int Burst = 5_000;
    const int Slice = 500;

    static readonly ClaimFilter All = new([], []);

    [Fact]
    public async Task A_claim_that_was_planned_while_nothing_waited_goes_by_the_indexes_when_much_does()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute(
            "insert into scheduled_message (token, due_at, sent_at) "
            + "values (gen_random_uuid(), 'infinity', now()); analyze scheduled_message");
        await using var source = LedgerStore.Connect(database.ServiceConnectionString);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        // PostgreSQL plans a prepared statement anew for its first five executions.
        for (var times = 0; times < 10; times++)
            await ReadAsync(0);

        await database.Execute($"""
            insert into scheduled_message (token, due_at, sent_at, run_id, message_types, message_id)
            select gen_random_uuid(), now() - interval '1 minute', now(), gen_random_uuid(),
              'urn:message:Some:Thing', gen_random_uuid()
            from generate_series(1, {Burst})
            """);

        var (scanned, fetched) = await ReadAsync(Slice);
        Assert.Equal(0, scanned);
        Assert.InRange(fetched, Slice, 2 * Burst);

        // Rows that one claim read in scans of the whole table, and by an index.
        async Task<(long Scanned, long Fetched)> ReadAsync(int taken)
        {
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            // Ends with the test.
            var claim = new ScheduleClaim(connection, transaction);
            await claim.Load(
                TimeProvider.System.GetUtcNow().UtcDateTime, Slice, All, TestContext.Current.CancellationToken);
            Assert.Equal(taken, claim.Rows.Count);
            await using var read = connection.CreateCommand();
            read.CommandText = """
                select pg_stat_get_xact_tuples_returned(r.oid), (
                  select sum(pg_stat_get_xact_tuples_returned(i.indexrelid))::bigint from pg_index i
                    where i.indrelid = r.oid)
                from pg_class r where r.oid = 'scheduled_message'::regclass
                """;
            await using var reader = await read.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            await reader.ReadAsync(TestContext.Current.CancellationToken);
            return (reader.GetInt64(0), reader.GetInt64(1));
        }
    }
}
