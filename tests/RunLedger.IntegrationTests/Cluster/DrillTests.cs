using System.Diagnostics;
using Npgsql;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Cluster;

/// <summary>
/// Every part of the cluster fails once, under load; <see cref="DrillSite"/> says what must be true after.
/// </summary>
[Collection(RunningCluster.Collection)]
public sealed class DrillTests
{
    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_broker_is_killed(int node)
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 50 + node, publisher: (node % 3) + 1);

        await drill.During(() => cluster.Kill($"broker {node}"));

        // With the node still dead: the scheduler's queue has moved too.
        await drill.Healthy();
        await cluster.Start($"broker {node}");
        await drill.Settle();
    }

    [Fact(Explicit = true)]
    public async Task The_broker_that_leads_the_queue_is_killed()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 54);
        var leader = await drill.Host.Leader(LedgerSite.Queue);
        await using var elsewhere = new Publisher(drill.Host.At(RunningCluster.Broker((leader % 3) + 1)));

        await elsewhere.Send(drill.Sent[..(drill.Sent.Count / 2)]);
        var rest = elsewhere.Send(drill.Sent[(drill.Sent.Count / 2)..]);
        await cluster.Kill($"broker {leader}");
        await rest;

        await drill.Healthy();
        await cluster.Start($"broker {leader}");
        await drill.Settle();
    }

    [Fact(Explicit = true)]
    public async Task Two_of_three_brokers_are_away_for_a_minute()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 55);

        await drill.During(async () =>
        {
            await cluster.Kill("broker 2");
            await cluster.Kill("broker 3");
            // How long the fault lasts.
            await Task.Delay(TimeSpan.FromMinutes(1));
            await cluster.Start("broker 2 3");
        });

        await drill.Healthy();
        await drill.Settle();
    }

    [Fact(Explicit = true)]
    public async Task The_primary_is_killed_and_the_standby_promoted()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 56);

        await drill.During(async () =>
        {
            await cluster.Kill("primary");
            await cluster.Promote();
        });

        await drill.Healthy();
        await drill.Settle();
    }

    [Fact(Explicit = true)]
    public async Task The_pooler_is_restarted()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 57, pooled: true);

        await drill.During(() => cluster.Restart("pgbouncer"));

        await drill.Healthy();
        await drill.Settle();
    }

    [Fact(Explicit = true)]
    public async Task The_database_is_away_for_longer_than_a_consumer_may_take()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 58, consumers: TimeSpan.FromSeconds(60));

        await drill.During(async () =>
        {
            await cluster.Stop("primary");
            // How long the fault lasts: three times as long as a consumer may take.
            await Task.Delay(TimeSpan.FromMinutes(3));
            await cluster.Start("primary");
        });

        await drill.Healthy();
        // What was taken back goes out again when the ledger, which held it until now, consumes anew.
        await Eventually.Async(
            async () => await drill.Host.Redelivered(LedgerSite.Queue) > 0 ? null : "the broker took nothing back",
            TimeSpan.FromMinutes(1),
            () => drill.Site.Output);
        await drill.Settle();
    }

    [Fact(Explicit = true)]
    public async Task Thirty_connections_are_lost_while_a_message_waits_in_the_error_queue()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 59);
        await drill.Site.Publisher.Send(drill.Sent);
        await drill.Healthy();
        await cluster.Stop("primary");
        await drill.Site.Publisher.Send("", LedgerSite.ErrorQueue, "not JSON"u8.ToArray(), "application/json");

        for (var lost = 0; lost < 30; lost++)
        {
            await Eventually.Async(
                async () => await drill.Host.CutConnections() > 0 ? null : "nobody is connected",
                TimeSpan.FromMinutes(1),
                () => drill.Site.Output);
        }

        await cluster.Start("primary");
        await drill.Healthy();
        await drill.Settle(rejected: 1);
    }

    [Fact(Explicit = true)]
    public async Task Brokers_and_replicas_are_restarted_one_after_the_other()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 60);

        await drill.During(async () =>
        {
            foreach (var node in (int[])[2, 3])
                await cluster.Restart($"broker {node}");
            foreach (var replica in (int[])[0, 1])
                await drill.Replace(replica);
        });

        await drill.Healthy();
        await drill.Settle();
    }

    [Fact(Explicit = true)]
    public async Task A_replica_stands_still_for_two_minutes()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var drill = await DrillSite.Create(seed: 61);

        await SilenceIsShort(drill, drill.Replicas[0].Freeze, TimeSpan.FromMinutes(2));

        await drill.Replicas[0].Thaw();
        await drill.Healthy();
        await drill.Settle();
    }

    [Fact(Explicit = true)]
    public async Task The_host_of_a_replica_is_gone_without_a_word()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var lines = new HostLines();
        await using var drill = await DrillSite.Create(seed: 62, lines: lines);

        await SilenceIsShort(
            drill,
            () =>
            {
                lines.FallSilent();
                return Task.CompletedTask;
            },
            TimeSpan.FromMinutes(1));

        Assert.Equal((200, "Healthy"), await drill.Replicas[1].Get("/health/ready"));
        await drill.ReplaceLost(0);
        await drill.Healthy();
        await drill.Settle();
    }

    // Under a load that lasts as long as the fault does.
    static async Task SilenceIsShort(DrillSite drill, Func<Task> fault, TimeSpan lasts)
    {
        const int Slices = 500;
        var half = drill.Sent.Count / 2;
        var first = drill.Site.Publisher.Send(drill.Sent[..half]);
        await drill.UnderWay();
        await fault();
        using var end = new CancellationTokenSource();
        var silence = LongestSilence(drill, end.Token);
        await first;
        foreach (var few in drill.Sent[half..].Chunk(half / Slices))
        {
            await drill.Site.Publisher.Send(few);
            // The pace of the load.
            await Task.Delay(lasts / Slices);
        }

        await end.CancelAsync();
        var longest = await silence;
        Assert.True(longest < TimeSpan.FromSeconds(10), $"Nobody committed for {longest}.");
    }

    // A replica says once a second how often it has committed.
    static async Task<TimeSpan> LongestSilence(DrillSite drill, CancellationToken end)
    {
        var (clock, longest, last, seen) = (Stopwatch.StartNew(), TimeSpan.Zero, TimeSpan.Zero, -1L);
        await using var database = NpgsqlDataSource.Create(drill.Site.Postgres);
        while (!end.IsCancellationRequested)
        {
            await using var command = database.CreateCommand("select sum(commits)::bigint from ledger_replica");
            var commits = await command.ExecuteScalarAsync(CancellationToken.None) as long? ?? 0;
            if (commits != seen)
                (seen, last) = (commits, clock.Elapsed);
            longest = clock.Elapsed - last is var silence && silence > longest ? silence : longest;
            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        }

        return longest;
    }
}
