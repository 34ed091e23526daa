namespace RunLedger.Expectations;

/// <summary>
/// When slots were last looked at, and the last time during which nobody did: the ledger, its broker or its database
/// was down, or its clock was moved.
/// </summary>
/// <param name="PassedAt">The last look.</param>
/// <param name="From">The last look before the gap; null where there was none.</param>
/// <param name="To">The first after it.</param>
/// <param name="AskedAt">When the queue was last asked how far it is.</param>
/// <param name="Next">The expectation with which the next look begins; null for the first.</param>
sealed record JudgingGap(
    DateTime PassedAt,
    DateTime? From = null,
    DateTime? To = null,
    DateTime? AskedAt = null,
    string? Next = null)
{
    /// <summary>A gap that ended so lately is one with the next.</summary>
    static readonly TimeSpan Merged = TimeSpan.FromDays(1);

    static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    /// <summary>After another look.</summary>
    /// <param name="now">The ledger's clock.</param>
    /// <param name="every">How often it looks.</param>
    public JudgingGap Passed(DateTime now, TimeSpan every)
    {
        var longest = 4 * every > Shortest ? 4 * every : Shortest;
        if (now >= PassedAt && now - PassedAt <= longest)
            return this with { PassedAt = now };
        var start = now < PassedAt ? now : PassedAt;
        return this with
        {
            PassedAt = now,
            From = From is { } from && from < start && To >= start - Merged ? from : start,
            To = now,
        };
    }

    /// <summary>
    /// When a slot can be judged: its grace after it. What was to start, or to be heard of, during the gap has its
    /// grace again from the end of that, for publishers that could not get rid of what they had to say.
    /// </summary>
    public DateTime DueAt(DateTime slot, TimeSpan grace) =>
        From is { } from && To is { } to && slot < to && slot + grace > from ? to + grace : slot + grace;
}
