namespace RunLedger.Journal;

/// <summary>What a stream keeps; it drops whole segments, the oldest first.</summary>
/// <param name="MaxAge">Longer is kept only what shares a segment with something newer.</param>
/// <param name="MaxBytes">Of all segments together.</param>
/// <param name="SegmentBytes">Of one.</param>
readonly record struct JournalLimits(TimeSpan MaxAge, long MaxBytes, long SegmentBytes)
{
    /// <summary>As RabbitMQ takes them.</summary>
    public Dictionary<string, object?> Arguments() => new()
    {
        [JournalStream.TypeArgument] = "stream",
        ["x-max-age"] = FormattableString.Invariant($"{(long)MaxAge.TotalSeconds}s"),
        ["x-max-length-bytes"] = MaxBytes,
        ["x-stream-max-segment-size-bytes"] = SegmentBytes,
    };
}
