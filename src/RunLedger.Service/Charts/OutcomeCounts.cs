using System.ComponentModel;
using System.Text.Json.Serialization;
using RunLedger.Folding;

namespace RunLedger.Service.Charts;

/// <summary>Runs by what became of them.</summary>
public sealed record OutcomeCounts(
    long Completed,
    long Failed,
    long Cancelled,
    [property: Description("stuck or orphan.")] long Flagged,
    [property: Description("Not ended, and not flagged.")] long Open)
{
    public static readonly OutcomeCounts None = new(0, 0, 0, 0, 0);

    /// <summary>In the order in which they are stacked: trouble stands on the ground, where it is compared.</summary>
    public static readonly IReadOnlyList<(string Kind, string Name)> Kinds =
    [
        ("failed", "failed"), ("stuck", "stuck or orphan"), ("cancelled", "cancelled"), ("completed", "completed"),
        ("open", "open"),
    ];

    /// <summary>Completed, failed and cancelled.</summary>
    public long Ended => Completed + Failed + Cancelled;

    [JsonIgnore]
    public long All => Ended + Flagged + Open;

    /// <summary>The counts in the order of <see cref="Kinds"/>.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> Stacked => [Failed, Flagged, Cancelled, Completed, Open];

    internal OutcomeCounts With(RunStatus status, long runs = 1) => status switch
    {
        RunStatus.Completed => this with { Completed = Completed + runs },
        RunStatus.Failed => this with { Failed = Failed + runs },
        RunStatus.Cancelled => this with { Cancelled = Cancelled + runs },
        RunStatus.Stuck or RunStatus.Orphan => this with { Flagged = Flagged + runs },
        _ => this with { Open = Open + runs },
    };

    public static OutcomeCounts Sum(IEnumerable<OutcomeCounts> all) => all.Aggregate(None, (sum, one) => new(
        sum.Completed + one.Completed,
        sum.Failed + one.Failed,
        sum.Cancelled + one.Cancelled,
        sum.Flagged + one.Flagged,
        sum.Open + one.Open));

    /// <summary>As a sentence says it: those that are none are left out.</summary>
    public override string ToString() => All == 0 ? "no runs" : string.Join(
        ", ",
        Kinds.Zip(Stacked).Where(kind => kind.Second > 0)
            .Select(kind => $"{Web.Phrases.Count(kind.Second)} {kind.First.Name}"));
}
