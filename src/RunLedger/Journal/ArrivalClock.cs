namespace RunLedger.Journal;

/// <summary>What the judging takes for now: when a message is read, unless it says when it came.</summary>
sealed class ArrivalClock(TimeProvider time) : TimeProvider
{
    /// <summary>Null for now.</summary>
    public DateTimeOffset? Said { get; set; }

    public override DateTimeOffset GetUtcNow() => Said ?? time.GetUtcNow();
}
