using System.Buffers;
using System.IO.Enumeration;
using RunLedger.Scheduling;
using RunLedger.Storage;

namespace RunLedger.Expectations;

/// <summary>A row of <c>expectation</c>.</summary>
sealed record Expectation
{
    /// <summary>What <see cref="Read"/> reads, in order.</summary>
    public const string Columns =
        "name, candidate, cron, zone, grace_seconds, early_seconds, longest_seconds, most_runs, armed_at, armed_by, "
        + "heard_until, judged_until";

    /// <summary>
    /// With how many candidates at most the runs of a pattern are looked for by the codes that it matches; of more, all
    /// runs are gone through.
    /// </summary>
    public const int MostCandidates = 10_000;

    /// <summary>How many expectations a ledger has at most.</summary>
    public const int Most = 1_000;

    static readonly SearchValues<char> Wildcards = SearchValues.Create('*', '?');
    static readonly TimeSpan Usual = TimeSpan.FromMinutes(10);

    public required string Name { get; init; }

    /// <summary>A code, with * and ? as wildcards.</summary>
    public required string Candidate { get; init; }
    public required string Cron { get; init; }

    /// <summary>Null is UTC.</summary>
    public string? Zone { get; init; }

    /// <summary>How long after its slot a run may start.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>How long before its slot a run may start.</summary>
    public required TimeSpan Early { get; init; }

    /// <summary>How long a run may take; null is any.</summary>
    public TimeSpan? Longest { get; init; }

    /// <summary>How many runs a slot may have.</summary>
    public required int MostRuns { get; init; }
    public required DateTime ArmedAt { get; init; }
    public required string ArmedBy { get; init; }

    /// <summary>Runs that the ledger first heard of before this have their slot.</summary>
    public required DateTime HeardUntil { get; init; }

    /// <summary>The last slot that was judged.</summary>
    public required DateTime JudgedUntil { get; init; }

    /// <summary>Whether it was not looked at to the end for so long that somebody should know.</summary>
    public bool IsBehind(DateTime now, TimeSpan judgeEvery) =>
        now - (HeardUntil > ArmedAt ? HeardUntil : ArmedAt) > (Usual > 4 * judgeEvery ? Usual : 4 * judgeEvery);

    public bool IsPattern => Candidate.AsSpan().IndexOfAny(Wildcards) >= 0;

    /// <summary>Whether it is for a candidate, as policies are.</summary>
    public bool IsFor(string candidate) =>
        FileSystemName.MatchesSimpleExpression(Candidate, candidate, ignoreCase: false);

    /// <summary>Whether its cron and zone are known here, as they were where it was armed.</summary>
    public bool CanBeRead
    {
        get
        {
            try
            {
                return Calendar() is not null;
            }
            catch (UnschedulableException)
            {
                return false;
            }
        }
    }

    /// <exception cref="UnschedulableException">Its cron or its zone is not known here.</exception>
    public SlotCalendar Calendar() => new(Cron, Zone);

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static Expectation Read(StoredRow row) => new()
    {
        Name = row.GetString(0),
        Candidate = row.GetString(1),
        Cron = row.GetString(2),
        Zone = row.TextAt(3),
        Grace = TimeSpan.FromSeconds(row.GetInt32(4)),
        Early = TimeSpan.FromSeconds(row.GetInt32(5)),
        Longest = row.IsDBNull(6) ? null : TimeSpan.FromSeconds(row.GetInt32(6)),
        MostRuns = row.GetInt32(7),
        ArmedAt = row.GetTime(8),
        ArmedBy = row.GetString(9),
        HeardUntil = row.GetTime(10),
        JudgedUntil = row.GetTime(11),
    };
}
