using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What the reading side promises over either store.</summary>
public abstract class ReadingConformance : IAsyncLifetime
{
    protected ReadableLedger Ledger { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Ledger = await Open();
        await Ledger.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (Ledger is not null)
        {
            await Ledger.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    protected abstract Task<ReadableLedger> Open();

    /// <summary>Ids whose order is that of their numbers in either store.</summary>
    protected static Guid Id(int number) => Guid.Parse($"0198c0de-0000-7000-8000-{number:x12}");
}
