using RunLedger.Storage;

namespace RunLedger.Tests.Expectations;

/// <summary>The ledger's own transactions, after the first of which something happens.</summary>
sealed class MeanwhileTransactions(ILedgerTransactions ledger, Func<Task> meanwhile) : ILedgerTransactions
{
    bool _happened;

    public async Task<T> InOne<T>(Func<LedgerSql, Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await ledger.InOne(work, cancellationToken);
        if (!_happened)
        {
            _happened = true;
            await meanwhile();
        }

        return result;
    }
}
