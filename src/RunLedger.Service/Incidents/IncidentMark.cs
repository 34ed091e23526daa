namespace RunLedger.Service.Incidents;

/// <summary>How far runs that ended were looked at, and since when somebody looks without a gap.</summary>
/// <param name="At">By the ledger's clock.</param>
/// <param name="Run">The last run of that time.</param>
/// <param name="LookedAt">The last look.</param>
/// <param name="WatchingSince">The first look after the last time during which nobody looked.</param>
/// <param name="Rule">Of what rules remember, up to where it was looked whether it can be forgotten.</param>
/// <param name="Candidate">The same of the candidates of that rule.</param>
sealed record IncidentMark(
    DateTime At, Guid Run, DateTime LookedAt, DateTime WatchingSince, string Rule = "", string Candidate = "")
{
    /// <summary>The name under which it is remembered.</summary>
    public const string Name = "incidents";

    static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    /// <summary>What ended since a clock was put right, until somebody looked.</summary>
    static readonly TimeSpan Back = TimeSpan.FromMinutes(5);

    /// <summary>What a rule looks at begins when it was armed.</summary>
    public static IncidentMark Begin(DateTime now) => new(DateTime.UnixEpoch, Guid.Empty, now, now);

    /// <summary>With another look. A clock that was ahead is got over: what comes from now on is looked at.</summary>
    public IncidentMark Looked(DateTime now, TimeSpan every)
    {
        var gap = now < LookedAt || now - LookedAt > Longest(every);
        return this with
        {
            At = At > now ? now - Back : At,
            Run = At > now ? Guid.Empty : Run,
            LookedAt = now,
            WatchingSince = gap ? now : WatchingSince,
        };
    }

    /// <summary>After a longer time without a look nobody looks.</summary>
    /// <param name="every">How often somebody does.</param>
    public static TimeSpan Longest(TimeSpan every) => 4 * every > Shortest ? 4 * every : Shortest;
}
