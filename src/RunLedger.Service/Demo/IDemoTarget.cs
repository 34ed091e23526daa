using RunLedger.Contracts;

namespace RunLedger.Service.Demo;

/// <summary>Where the demo sends to: a ledger's HTTP address, or the bus.</summary>
interface IDemoTarget : IAsyncDisposable
{
    /// <summary>Returns when all of them are durable.</summary>
    /// <exception cref="DemoException">They could not be sent.</exception>
    Task Send(IReadOnlyCollection<RunObservation> messages, CancellationToken cancellationToken);
}
