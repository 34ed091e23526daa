using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>A ledger of the test's own, to be read over HTTP.</summary>
public abstract class ReadingSuite(Provider provider) : IAsyncLifetime
{
    protected ReadableLedger Ledger { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Ledger = await provider.OpenLedger();
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

    /// <summary>Ids whose order is that of their numbers in either store.</summary>
    protected static Guid Id(int number) => Guid.Parse($"0198c0de-0000-7000-8000-{number:x12}");
}
