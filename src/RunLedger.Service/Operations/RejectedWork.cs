namespace RunLedger.Service.Operations;

/// <summary>Sends rejected rows again, or discards them. Rows are never deleted: their state says what became of them.</summary>
sealed class RejectedWork
{
    /// <summary>Sends one row again, as it came or corrected; null where there is none of this id.</summary>
    /// <param name="id">The rejected row.</param>
    /// <param name="corrected">What to send in its place, kept beside the original; null for what it has.</param>
    /// <param name="who">Who does it.</param>
    /// <param name="reason">Why, or null.</param>
    public Task<ResendOutcome?> ResendAsync(Guid id, byte[]? corrected, string who, string? reason, CancellationToken token) =>
        throw new NotImplementedException();

    /// <summary>Discards one row; null where there is none of this id.</summary>
    public Task<ResendOutcome?> DiscardAsync(Guid id, string who, string reason, CancellationToken token) =>
        throw new NotImplementedException();

    /// <summary>Begins to send a group again, or all that is open; the service goes on by itself.</summary>
    public Task<GroupWork> ResendGroupAsync(string? fingerprint, string who, string? reason, CancellationToken token) =>
        throw new NotImplementedException();

    /// <summary>Begins to discard a group.</summary>
    public Task<GroupWork> DiscardGroupAsync(string fingerprint, string who, string reason, CancellationToken token) =>
        throw new NotImplementedException();

    /// <summary>How far work on a group is; null where there is no such work.</summary>
    public Task<GroupWork?> FindAsync(Guid actionId, CancellationToken token) => throw new NotImplementedException();
}
