namespace RunLedger.Service.Reading;

/// <summary>The latest changes of runs, each from an index.</summary>
sealed class ActivityQuery
{
    public Task<IReadOnlyList<Change>> LatestAsync(int count, CancellationToken token) => throw new NotImplementedException();
}
