namespace RunLedger.IntegrationTests.Broker;

/// <summary>Processes that share the queue, and processes that die.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    TestDatabase _database = null!;
    BrokerHost _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(applySchema: true);
        _broker = await BrokerHost.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task Two_replicas_on_one_queue_write_what_one_would()
    {
        // Few runs and many messages: the replicas meet on the same rows all the time.
        var story = new Story(runs: 300, seed: 11);
        await using var one = await LedgerProcess.Start(_database.ConnectionString, _broker.Address);
        await using var two = await LedgerProcess.Start(_database.ConnectionString, _broker.Address);

        for (var round = 0; round < 3; round++)
            await Publisher.Send(_broker.Connect, story.Shuffled());

        await Settled(story, () => one.Output + two.Output);
    }

    [Fact]
    public async Task A_consumer_killed_ten_times_loses_and_doubles_nothing()
    {
        var story = new Story(runs: 1_500, seed: 12);
        var ledger = await LedgerProcess.Start(_database.ConnectionString, _broker.Address);
        var sending = Publisher.Send(_broker.Connect, story.Shuffled());
        for (var kill = 0; kill < 10; kill++)
        {
            var before = await Count();
            // In mid-load: it wrote something since it started, and it is not through.
            await Eventually.Equal(
                true, async () => await Count() > before || (sending.IsCompleted && await _broker.Depth("run-ledger") == 0), Limit);
            await ledger.Kill();
            ledger = await LedgerProcess.Start(_database.ConnectionString, _broker.Address);
        }

        await sending;
        await Settled(story, () => ledger.Output);
        await ledger.DisposeAsync();
    }

    [Fact]
    public async Task A_process_told_to_stop_finishes_the_batch_in_hand_and_the_next_one_goes_on()
    {
        var story = new Story(runs: 1_500, seed: 13);
        await using var first = await LedgerProcess.Start(_database.ConnectionString, _broker.Address);
        var sending = Publisher.Send(_broker.Connect, story.Shuffled());
        await Eventually.Equal(true, async () => await Count() > 100, Limit, () => first.Output);

        Assert.Equal(0, await first.Stop(TimeSpan.FromSeconds(30)));

        await sending;
        await using var second = await LedgerProcess.Start(_database.ConnectionString, _broker.Address);
        await Settled(story, () => second.Output);
    }

    async Task<long> Count() => long.Parse(
        (await _database.ListAsync("select count(*) from process_component_observation"))[0],
        System.Globalization.CultureInfo.InvariantCulture);

    async Task Settled(Story story, Func<string> told)
    {
        await Eventually.Equal(story.Rows, () => Story.Stored(_database), Limit, told);
        await Eventually.Equal(0u, () => _broker.Depth("run-ledger"), Limit, told);
        Assert.Equal(story.Rows, await Story.Stored(_database));
        Assert.Empty(await _database.ListAsync("select reason from rejected_observation"));
        Assert.Equal(0u, await _broker.Depth("run-ledger_error"));
        Assert.Equal(
            await _database.ListAsync("select status || count(*) from process_run_observation group by status order by status"),
            await _database.ListAsync("select status || sum(runs) from run_status_count group by status having sum(runs) > 0 order by status"));
    }
}
