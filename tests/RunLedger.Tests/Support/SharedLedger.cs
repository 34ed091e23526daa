namespace RunLedger.Tests.Support;

/// <summary>An embedded ledger that the tests of a class share: to start one is most of a test.</summary>
public sealed class SharedLedger : IAsyncLifetime
{
    internal EmbeddedLedger Ledger { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => Ledger.DisposeAsync();

    /// <summary>It knows of no run, and nothing was set aside.</summary>
    internal EmbeddedLedger Empty()
    {
        foreach (var table in (string[])
            ["process_component_observation", "process_run_observation", "rejected_observation"])
            Ledger.List($"delete from {table}");
        return Ledger;
    }
}
