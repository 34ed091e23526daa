namespace RunLedger.Service.Operations;

/// <summary>What people say of groups of failures.</summary>
sealed class FailureWork
{
    /// <summary>Notes that somebody knows of the group; a failure after that shows it again. False where there is no such group.</summary>
    public Task<bool> AcknowledgeAsync(string fingerprint, string who, string? note, CancellationToken token) =>
        throw new NotImplementedException();

    /// <summary>Puts a note to the group; an empty one takes it away. False where there is no such group.</summary>
    public Task<bool> NoteAsync(string fingerprint, string who, string note, CancellationToken token) =>
        throw new NotImplementedException();
}
