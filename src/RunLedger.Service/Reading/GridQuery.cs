namespace RunLedger.Service.Reading;

/// <summary>The latest runs of one candidate against their components.</summary>
sealed class GridQuery
{
    public const int MostRuns = 100;

    public Task<RunGrid> FindAsync(string candidate, int runs, CancellationToken token) => throw new NotImplementedException();
}
