namespace RunLedger.Service.Incidents;

/// <summary>What a rule may be about, as the API and <c>incident_rule</c> spell it.</summary>
static class Conditions
{
    public const string Failed = "failed";
    public const string InARow = "in_a_row";
    public const string Rate = "rate";
    public const string Stuck = "stuck";
    public const string Orphan = "orphan";
    public const string Missed = "missed";
    public const string Slow = "slow";
    public const string Rejected = "rejected";
    public const string Behind = "behind";

    /// <summary>Of no rule: that nothing gets through a channel.</summary>
    public const string Channel = "channel";

    public static readonly IReadOnlyList<string> All =
        [Failed, InARow, Rate, Stuck, Orphan, Missed, Slow, Rejected, Behind];

    /// <summary>What is said of one whose rule is no more.</summary>
    public const string Withdrawn = "Its rule was changed or taken away: nobody looks any more whether it is so.";

    /// <summary>Whether it is told by runs that end, one after another, and not by how things stand.</summary>
    public static bool IsOfEnds(string condition) => condition is Failed or InARow or Rate;

    /// <summary>Whether it is about the ledger and not about a candidate.</summary>
    public static bool IsOfLedger(string condition) => condition is Rejected or Behind or Channel;

    /// <summary>One line that says what is wrong.</summary>
    public static string Title(string condition, string candidate) => condition switch
    {
        Failed => $"{candidate} failed",
        InARow => $"{candidate} fails again and again",
        Rate => $"{candidate} fails too often",
        Stuck => $"{candidate} is stuck",
        Orphan => $"{candidate} has orphans",
        Missed => $"{candidate} did not run",
        Slow => $"{candidate} is slow",
        Rejected => "Observations were rejected",
        Behind => "The ledger is behind",
        Channel => $"Nothing gets through the channel {candidate}",
        _ => $"{candidate}: {condition}",
    };

    /// <summary>That it is over.</summary>
    public static string Over(string condition, string candidate) => condition switch
    {
        Failed or InARow => $"A run of {candidate} completed.",
        Rate => $"{candidate} fails less often again.",
        Stuck => $"No run of {candidate} is stuck any more.",
        Orphan => $"{candidate} has no orphan any more.",
        Missed => $"A run of {candidate} came, or nothing is expected of it any more.",
        Slow => $"No open run of {candidate} is slow any more.",
        Rejected => "No rejected observation waits for somebody any more.",
        Behind => "The ledger has caught up.",
        Channel => $"Messages get through the channel {candidate} again, or it was taken away.",
        _ => $"{candidate}: {condition} is over.",
    };
}
