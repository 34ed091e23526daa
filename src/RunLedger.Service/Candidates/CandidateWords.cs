using System.Globalization;
using Microsoft.AspNetCore.Components;
using RunLedger.Service.Charts;
using RunLedger.Service.Web;
using RunLedger.Telemetry;

namespace RunLedger.Service.Candidates;

/// <summary>The figures of a candidate as its pages show them.</summary>
static class CandidateWords
{
    /// <summary>Never rounded up to all, nor down to none.</summary>
    public static string Share(double? share) => share switch
    {
        null => "–",
        0 => "0 %",
        1 => "100 %",
        > .999 => "> 99.9 %",
        < .001 => "< 0.1 %",
        { } value => (value * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %",
    };

    public static string Seconds(double? seconds) =>
        seconds is { } took ? SpanWords.Seconds(took) : "–";

    public static IReadOnlyList<StackedBar> Bars(CandidateFigures figures) =>
    [
        .. figures.ByDay.Select(day => new StackedBar(
            day.Day,
            day.Day.AddDays(1),
            day.Day.ToString("d MMM", CultureInfo.InvariantCulture),
            day.Outcomes,
            day.Truncated ? $"the newest {figures.MostADay}" : null)),
    ];

    /// <summary>What is open about it, each with the way to its runs.</summary>
    public static RenderFragment Trouble(CandidateAnswer of) => builder =>
    {
        var (trouble, candidate) = (of.Trouble, Uri.EscapeDataString(of.Candidate));
        var any = false;
        foreach (var (runs, words, kind, status) in ((long, string, string, string)[])
            [
                (trouble.Stuck, "stuck", "stuck", "stuck"),
                (trouble.Orphan, "orphan", "orphan", "orphan"),
                (trouble.FailedLastDay, "failed in 24 h", "failed", "failed"),
                (trouble.Open, "open", "started", string.Join(',', CandidateTroubles.Open)),
            ])
        {
            if (runs == 0)
                continue;
            any = true;
            builder.OpenElement(0, "a");
            builder.AddAttribute(1, "class", $"badge {kind}");
            builder.AddAttribute(2, "href", $"/runs?candidate={candidate}&status={status}");
            builder.AddContent(3, $"{Phrases.Count(runs)} {words}");
            builder.CloseElement();
            builder.AddContent(4, " ");
        }

        if (!any)
        {
            builder.OpenElement(5, "span");
            builder.AddAttribute(6, "class", "none");
            builder.AddContent(7, "none");
            builder.CloseElement();
        }
    };
}
