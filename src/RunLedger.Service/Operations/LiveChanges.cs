namespace RunLedger.Service.Operations;

/// <summary>Tells that something was committed, by this process or another one, at most once a second.</summary>
sealed class LiveChanges
{
    /// <summary>The number of the newest change; yields at once with the present one, then when it has grown.</summary>
    public IAsyncEnumerable<long> ListenAsync(CancellationToken token) => throw new NotImplementedException();
}
