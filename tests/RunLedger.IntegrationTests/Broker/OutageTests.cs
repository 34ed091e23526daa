using Npgsql;
using RunLedger.Schema;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>The database and the broker go away in mid-load, on servers of the test's own.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    static readonly TimeSpan LongOutage = TimeSpan.FromMinutes(2);
    OwnPostgres _postgres = null!;
    OwnBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await OwnPostgres.Start();
        _broker = await OwnBroker.Start();
        await new LedgerSchema(_postgres.ConnectionString).ApplyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task Restarts_and_a_long_outage_in_mid_load_lose_and_fault_nothing()
    {
        await using var ledger = await LedgerProcess.Start(_postgres.ConnectionString, _broker.Address);

        // The database restarts.
        var story = new Story(runs: 1_000, seed: 21);
        var sending = Publisher.Send(_broker.Connect, story.Shuffled());
        await Eventually.Equal(true, async () => await Count() > 50, Limit, () => ledger.Output);
        await _postgres.Down();
        await _postgres.Up();
        await sending;
        await Settled(story, ledger);

        // The broker restarts, with the messages in it and under way.
        var second = new Story(runs: 1_000, seed: 22);
        await Publisher.Send(_broker.Connect, second.Shuffled());
        await _broker.Down();
        await _broker.Up();
        await Settled(story, ledger, second);

        // The database is away for two minutes; then it is back.
        var third = new Story(runs: 500, seed: 23);
        await _postgres.Down();
        await Publisher.Send(_broker.Connect, third.Shuffled());
        using (var away = new PeriodicTimer(LongOutage))
            await away.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0u, await _broker.Depth("run-ledger_error"));
        await _postgres.Up();
        await Settled(story, ledger, second, third);
    }

    [Fact]
    public async Task A_process_told_to_stop_while_the_database_is_away_gives_its_messages_back()
    {
        var story = new Story(runs: 300, seed: 24);
        await using (var ledger = await LedgerProcess.Start(_postgres.ConnectionString, _broker.Address))
        {
            await _postgres.Down();
            await Publisher.Send(_broker.Connect, story.Shuffled());
            await Eventually.Equal(
                true, () => Task.FromResult(ledger.Output.Contains("cannot be used", StringComparison.Ordinal)), Limit);

            Assert.Equal(0, await ledger.Stop(TimeSpan.FromSeconds(40)));
        }

        Assert.Equal(0u, await _broker.Depth("run-ledger_error"));
        await _postgres.Up();
        await using var next = await LedgerProcess.Start(_postgres.ConnectionString, _broker.Address);
        await Settled(story, next);
    }

    async Task<int> Count()
    {
        await using var source = NpgsqlDataSource.Create(_postgres.ConnectionString);
        await using var command = source.CreateCommand("select count(*)::int from process_component_observation");
        return (int)(await command.ExecuteScalarAsync())!;
    }

    async Task Settled(Story story, LedgerProcess ledger, params Story[] more)
    {
        var expected = string.Join('\n', story.Rows.Split('\n').Concat(more.SelectMany(s => s.Rows.Split('\n')))
            .Order(StringComparer.Ordinal));
        await Eventually.Equal(expected, () => Story.Stored(_postgres.ConnectionString), Limit, () => ledger.Output);
        await Eventually.Equal(0u, () => _broker.Depth("run-ledger"), Limit, () => ledger.Output);
        Assert.Equal(0u, await _broker.Depth("run-ledger_error"));
        await using var source = NpgsqlDataSource.Create(_postgres.ConnectionString);
        await using var rejected = source.CreateCommand("select count(*)::int from rejected_observation");
        Assert.Equal(0, await rejected.ExecuteScalarAsync());
    }
}
