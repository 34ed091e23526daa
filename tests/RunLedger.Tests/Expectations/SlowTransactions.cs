using Microsoft.Extensions.Time.Testing;
using RunLedger.Storage;

namespace RunLedger.Tests.Expectations;

/// <summary>The ledger's own transactions, each of which takes its time by the fake clock.</summary>
sealed class SlowTransactions(ILedgerTransactions ledger, FakeTimeProvider time, TimeSpan each) : ILedgerTransactions
{
    public Task<T> InOne<T>(Func<LedgerSql, Task<T>> work, CancellationToken cancellationToken)
    {
        time.Advance(each);
        return ledger.InOne(work, cancellationToken);
    }
}
