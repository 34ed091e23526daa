namespace RunLedger.Scheduling;

/// <summary>The message of this token is not to be sent.</summary>
/// <param name="At">When it was cancelled, by the clock of who did; a message asked for later is another one.</param>
readonly record struct ScheduleCancellation(Guid Token, DateTime At)
{
    /// <summary>How long one that came before its message waits for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);
}
