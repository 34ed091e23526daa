using System.Globalization;
using RunLedger.Folding;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Tests.Web;

/// <summary>Times, bars and sentences as an operator reads them.</summary>
public sealed class PhrasesTests
{
    static readonly DateTime Noon = new(2026, 11, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("00:00:00.0310000", "31 ms")]
    [InlineData("00:00:06.4000000", "6.4 s")]
    [InlineData("00:00:47", "47 s")]
    [InlineData("00:03:12", "3 m 12 s")]
    [InlineData("01:00:00", "1 h")]
    [InlineData("90.00:00:00", "90 d")]
    [InlineData("1.02:03:04", "1 d 2 h")]
    [InlineData("-00:00:03", "−3.0 s")]
    public void A_duration_is_told_in_its_two_largest_units(string span, string expected) =>
        Assert.Equal(expected, Phrases.Long(TimeSpan.Parse(span, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0, "now")]
    [InlineData(59, "59 s ago")]
    [InlineData(3_700, "1 h ago")]
    [InlineData(-90, "in 1 m 30 s")]
    public void A_time_is_told_by_how_long_ago_it_was_and_the_future_as_that(int seconds, string expected) =>
        Assert.Equal(expected, Phrases.Ago(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_bar_lies_where_its_component_lay_in_the_run()
    {
        var bar = GanttBar.Of(
            Noon.AddSeconds(25), Noon.AddSeconds(75), new(Noon, Noon.AddSeconds(100)), Noon.AddDays(1));

        Assert.Equal(new GanttBar(250, 500, Open: false, Skewed: false), bar);
    }

    [Fact]
    public void An_open_component_reaches_to_now_and_one_that_ended_before_it_started_is_shown_as_that()
    {
        Assert.Equal(
            new GanttBar(500, 500, Open: true, Skewed: false),
            GanttBar.Of(Noon.AddSeconds(5), null, new(Noon, Noon.AddSeconds(10)), Noon.AddSeconds(10)));
        Assert.Equal(
            new GanttBar(200, 300, Open: false, Skewed: true),
            GanttBar.Of(Noon.AddSeconds(5), Noon.AddSeconds(2), new(Noon, Noon.AddSeconds(10)), Noon));
        Assert.Null(GanttBar.Of(null, null, new(Noon, Noon), Noon));
    }

    [Theory]
    [InlineData(nameof(RunStatus.Completed), 60, "completed after 1 m")]
    [InlineData(nameof(RunStatus.Completed), -5, "completed 5.0 s before it started (clocks disagree)")]
    [InlineData(nameof(RunStatus.Cancelled), 60, "cancelled after 1 m")]
    [InlineData(nameof(RunStatus.Stuck), null, "stuck: running for 2 h and no end")]
    [InlineData(nameof(RunStatus.StepStarted), null, "running for 2 h")]
    [InlineData(nameof(RunStatus.Orphan), null, "orphan: its counterpart was never observed")]
    public void A_run_is_told_in_a_sentence(string status, int? seconds, string expected) => Assert.Equal(
        expected,
        RunSummary.Of(
            new RunRow
            {
                Status = Enum.Parse<RunStatus>(status),
                StartedAt = Noon,
                EndedAt = seconds is { } took ? Noon.AddSeconds(took) : null,
            },
            RunComponents.None,
            Noon.AddHours(2)));
}
