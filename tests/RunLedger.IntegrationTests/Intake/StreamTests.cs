using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake;

public sealed class StreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_permuted_and_duplicated_stream_makes_the_rows_of_the_oracle(int seed)
    {
        var traffic = new Traffic(seed);
        var sent = traffic.Runs(250);
        var expected = Oracle.Rows(sent);
        await using var site = await LedgerSite.Create();
        await site.Start();

        await site.Publisher.Send(traffic.Disturbed(sent));

        await site.Settle(expected);
    }

    [Fact]
    public async Task Two_replicas_on_one_queue_that_contend_for_runs_and_keys_make_the_rows_of_the_oracle()
    {
        var traffic = new Traffic(3);
        List<Sent> sent = [.. traffic.SharedRuns(200), .. traffic.Runs(50)];
        var expected = Oracle.Rows(sent);
        await using var site = await LedgerSite.Create();
        await Task.WhenAll(site.Start(), site.Start());

        await site.Publisher.Send(traffic.Disturbed(sent));

        await site.Settle(expected);
    }

    [Fact]
    public async Task Ten_thousand_messages_of_one_run_are_all_folded_in_few_commits()
    {
        const int Messages = 10_000;
        var traffic = new Traffic(4);
        var sent = traffic.Burst(Messages);
        var expected = Oracle.Rows(sent);
        await using var site = await LedgerSite.Create();
        await site.Preload(sent);
        var before = await Commits(site);

        await site.Start();

        await site.Settle(expected);
        // Counted when the ledger's sessions are gone: only then have all of them told theirs.
        var commits = await Commits(site) - before;
        Assert.InRange(commits, 1, (Messages / 5) - 1);
    }

    [Fact]
    public async Task While_messages_are_small_a_second_consumer_has_more_of_them_in_hand()
    {
        var traffic = new Traffic(5);
        List<Sent> small = traffic.Runs(60), large = [.. traffic.Runs(60).Select(one => one with
        {
            InputRef = new string('r', 30_000),
        })];
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();

        await site.Publisher.Send(small);
        await Consumers(2);
        await site.Publisher.Send(large);
        await Consumers(1);
        await site.Settle(Oracle.Rows([.. small, .. large]));

        Task Consumers(uint expected) => Eventually.Async(
            async () => await site.Publisher.Consumers(LedgerSite.Queue) is var count && count == expected
                ? null
                : $"{count} consumers and not {expected}",
            TimeSpan.FromSeconds(30),
            () => ledger.Output);
    }

    static async Task<long> Commits(LedgerSite site)
    {
        await using var command = site.Database.CreateCommand(
            "select xact_commit from pg_stat_database where datname = current_database()");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
