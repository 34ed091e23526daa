namespace RunLedger.Service.Standby;

/// <summary>Asks primary and standby every second where they are.</summary>
sealed class StandbyWatch(StandbyDatabase database, StandbyState state, TimeProvider time) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    readonly StandbyLag _lag = new();
    string? _database;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await Look(stoppingToken);
            }
            while (await tick.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nobody reads any more.
        }
    }

    async Task Look(CancellationToken cancellationToken)
    {
        // In this order: what the primary has written before, the standby may have replayed by now.
        PrimaryPosition? primary = null;
        try
        {
            primary = await database.Primary(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Others say so. The standby is read as long as it is there, and how far it is behind grows.
        }

        _database = primary?.Database ?? _database;
        try
        {
            Judge(primary, await database.Standby(cancellationToken));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            state.Away(database.Describe(e));
        }
    }

    void Judge(PrimaryPosition? primary, StandbyPosition standby)
    {
        if (standby.Replayed is not { } replayed)
            state.Away("ConnectionStrings__PostgresReading leads to a server that takes writes itself, which is no "
                + "standby, or none any more");
        else if (_database is not null && standby.Database != _database)
            state.Away("ConnectionStrings__PostgresReading leads to another database, or to a standby of another "
                + "server, than ConnectionStrings__Postgres");
        else if (_lag.Measure(Now, primary, replayed, standby.LastCommit) is { } behind)
            state.Read(behind, replayed);
        else
            state.Away("how far it is behind cannot be told yet");
    }

    TimeSpan Now => time.GetElapsedTime(0, time.GetTimestamp());
}
