namespace RunLedger.Service.Reading;

/// <summary>How the ledger is, in figures; asked often, so an answer is kept for a second.</summary>
sealed class OverviewQuery
{
    public Task<Overview> FindAsync(CancellationToken token) => throw new NotImplementedException();
}
