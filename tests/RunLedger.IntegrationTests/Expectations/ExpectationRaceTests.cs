using RunLedger.Expectations;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Service.Actions;
using RunLedger.Service.Expectations;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Expectations;

/// <summary>Two who say at once what is to be expected.</summary>
public sealed class ExpectationRaceTests
{
    static readonly DateTime Noon = new(2026, 11, 1, 12, 0, 0, DateTimeKind.Utc);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_that_are_put_for_one_pattern_at_once_one_is_taken_and_the_other_keeps_what_it_had()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        var ledger = new LedgerTransactions(database.DataSource);
        var actions = new ExpectationActions(ledger, new ActionLog(ledger, TimeProvider.System));
        Assert.Null((await actions.Put(Of("mine", "OLD"), Token)).Other);
        await using var other = await database.DataSource.OpenConnectionAsync(Token);
        await using var transaction = await other.BeginTransactionAsync(Token);
        await using var command = other.CreateCommand();
        command.CommandText =
            "insert into expectation select 'theirs', 'NEW', cron, zone, grace_seconds, early_seconds, "
            + "longest_seconds, most_runs, armed_at, armed_by, heard_until, judged_until from expectation";
        await command.ExecuteNonQueryAsync(Token);

        var putting = actions.Put(Of("mine", "NEW"), Token);
        await Eventually.Async(
            async () => (await database.List(
                "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))
                .Count == 1 ? null : "nobody waits for the other",
            TimeSpan.FromSeconds(30));
        await transaction.CommitAsync(Token);

        Assert.NotNull((await putting).Other);
        Assert.Equal(
            ["mine OLD", "theirs NEW"],
            await database.List("select name || ' ' || candidate from expectation order by name"));
    }

    static Expectation Of(string name, string candidate) => new()
    {
        Name = name,
        Candidate = candidate,
        Cron = "0 2 * * *",
        Grace = TimeSpan.FromMinutes(10),
        Early = TimeSpan.FromMinutes(5),
        MostRuns = 1,
        ArmedAt = Noon,
        ArmedBy = "anna",
        HeardUntil = Noon,
        JudgedUntil = Noon,
    };
}
