using System.ComponentModel;
using RunLedger.Folding;

namespace RunLedger.Service.Runs;

/// <summary>How many runs there are.</summary>
sealed record SummaryAnswer
{
    [Description("Runs by status: all nine, also those nobody is in.")]
    public required IReadOnlyDictionary<string, long> ByStatus { get; init; }
    public required long Total { get; init; }

    public static SummaryAnswer From(IReadOnlyDictionary<RunStatus, long> counts) => new()
    {
        ByStatus = Enum.GetValues<RunStatus>().ToDictionary(
            status => status.Text(), status => counts.GetValueOrDefault(status)),
        Total = counts.Values.Sum(),
    };
}
