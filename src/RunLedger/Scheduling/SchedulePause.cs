namespace RunLedger.Scheduling;

/// <summary>The recurring message of this token is not to be sent for now, or is again.</summary>
/// <param name="At">When that was asked for, by the clock of who asked; the later of two counts.</param>
readonly record struct SchedulePause(Guid Token, bool Paused, DateTime At)
{
    /// <summary>How long one that came before its schedule waits for it.</summary>
    public static readonly TimeSpan Patience = ScheduleCancellation.Patience;
}
