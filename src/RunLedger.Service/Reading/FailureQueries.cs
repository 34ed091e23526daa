namespace RunLedger.Service.Reading;

/// <summary>Failures by what failed and how. What is read is bounded by a time and a number, newest first.</summary>
sealed class FailureQueries
{
    /// <param name="since">From when on; the trend has the last 24 hours whatever this is.</param>
    public Task<FailureGroups> GroupsAsync(DateTime since, CancellationToken token) => throw new NotImplementedException();
}
