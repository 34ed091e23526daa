using RunLedger.Sealing;
using RunLedger.Testing.Stores;

namespace RunLedger.Testing.Conformance;

/// <summary>What a provider brings to the suites: ledgers of a test's own.</summary>
public abstract class Provider
{
    internal abstract Task<TestStore> OpenStore(CommitSeals? seals = null);

    internal abstract Task<ReadableLedger> OpenLedger();
}
