using System.Net.Http.Json;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Web;

/// <summary>The page's components at a time of the test's own.</summary>
public sealed class ComponentTests : IAsyncLifetime
{
    static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    readonly Guid _run = Guid.CreateVersion7();
    readonly List<BunitContext> _contexts = [];
    readonly FakeTimeProvider _clock = new(Noon.AddHours(1));
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts)
            await context.DisposeAsync();
        await _ledger.DisposeAsync();
    }

    [Theory]
    [InlineData(-90, "1 m ago")]
    [InlineData(0, "now")]
    [InlineData(90, "in 1 m 30 s")]
    public void A_time_is_told_from_now_and_has_its_instant_for_whoever_reads_it_elsewhere(int seconds, string expected)
    {
        using var context = new BunitContext();

        var time = context.Render<RelativeTime>(with => with.Add(when => when.At, Noon.AddSeconds(seconds).UtcDateTime)
            .Add(when => when.Now, Noon.UtcDateTime)).Find("time");

        Assert.Equal(expected, time.TextContent);
        Assert.Equal(
            Noon.AddSeconds(seconds),
            DateTimeOffset.Parse(time.GetAttribute("datetime")!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.EndsWith(" UTC", time.GetAttribute("title"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_never_was_is_a_dash()
    {
        using var context = new BunitContext();

        context.Render<RelativeTime>(with => with.Add(when => when.At, null).Add(when => when.Now, Noon.UtcDateTime))
            .MarkupMatches("<span class=\"none\">–</span>");
    }

    [Theory]
    [InlineData("step_completed", "step completed")]
    [InlineData("failed", "failed")]
    public void A_status_is_words_and_not_only_a_colour(string status, string words)
    {
        using var context = new BunitContext();

        context.Render<Badge>(with => with.Add(badge => badge.Status, status))
            .MarkupMatches($"<span class=\"badge {status}\">{words}</span>");
    }

    [Fact]
    public void Trouble_is_an_alert_what_was_done_a_status_and_neither_is_nothing()
    {
        using var context = new BunitContext();

        var outage = context.Render<OutageBanner>(with => with.Add(trouble => trouble.Outage, "It is away."))
            .Find("[role=alert]");

        Assert.Contains("It is away.", outage.TextContent, StringComparison.Ordinal);
        Assert.Equal("It is discarded.", context
            .Render<OutageBanner>(with => with.Add(trouble => trouble.Said, "It is discarded."))
            .Find("[role=status]").TextContent);
        Assert.Equal("Read from a standby, 0.4 s behind.", context
            .Render<OutageBanner>(with => with.Add(trouble => trouble.Source, "Read from a standby, 0.4 s behind."))
            .Find("#source").TextContent);
        Assert.Equal("", context.Render<OutageBanner>().Markup.Trim());
    }

    [Fact]
    public async Task A_bar_grows_with_the_clock_until_its_component_ends()
    {
        await Observe("RunStarted", 0);
        await Observe("StepStarted", 0, "load");

        var earlier = await Page();
        var early = Bar(earlier, "load");
        _clock.Advance(TimeSpan.FromHours(1));
        var later = await Page();

        Assert.Equal("still open", early.ParentElement!.GetAttribute("aria-label"));
        Assert.Equal(("0", "1000"), (early.GetAttribute("x"), early.GetAttribute("width")));
        Assert.Contains("unning for 1 h", earlier.Find(".summary").TextContent, StringComparison.Ordinal);
        Assert.Contains("unning for 2 h", later.Find(".summary").TextContent, StringComparison.Ordinal);
        Assert.NotNull(later.Find("table.gantt").GetAttribute("data-growing"));
        await Observe("StepCompleted", 1_800, "load");
        await Observe("RunCompleted", 3_600);
        var ended = await Page();
        Assert.Equal("500", Bar(ended, "load").GetAttribute("width"));
        Assert.Null(ended.Find("table.gantt").GetAttribute("data-growing"));
    }

    [Fact]
    public async Task A_component_whose_clock_disagrees_is_shown_as_that_with_a_sign()
    {
        await Observe("RunStarted", 0);
        await Observe("StepStarted", 60, "skewed");
        await Observe("StepCompleted", 30, "skewed");

        var page = await Page();

        Assert.Equal("ended before it started", Bar(page, "skewed").ParentElement!.GetAttribute("aria-label"));
        Assert.Contains("⚠", page.FindAll("tbody tr").Single().TextContent, StringComparison.Ordinal);
        Assert.Contains("−30 s", page.FindAll("tbody tr").Single().TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_component_that_was_only_heard_to_end_is_a_mark_where_it_ended()
    {
        await Observe("RunStarted", 0);
        await Observe("StepCompleted", 30, "late");

        var bar = Bar(await Page(), "late");

        Assert.Equal(("996", "4"), (bar.GetAttribute("x"), bar.GetAttribute("width")));
    }

    [Fact]
    public async Task Evidence_is_indented_and_two_ends_that_disagree_are_told_in_words()
    {
        await Observe("RunStarted", 0, evidence: new { rows = 7, nested = new { text = "ä <b>" } });
        await Observe("RunCompleted", 60);
        await Observe("RunFailed", 30);

        var page = await Page();

        Assert.Contains("\"rows\": 7", page.Find("#evidence pre").TextContent, StringComparison.Ordinal);
        Assert.Contains("\"text\": \"ä <b>\"", page.Find("#evidence pre").TextContent, StringComparison.Ordinal);
        Assert.Contains(
            page.FindAll("p.note"), note => note.TextContent.StartsWith("Conflict: ", StringComparison.Ordinal));
        Assert.Equal("failed", page.Find("h1 .badge").TextContent);
    }

    static IElement Bar(IRenderedComponent<RunPage> page, string component) =>
        page.FindAll("tbody tr").Single(row => row.Children[1].TextContent == component).QuerySelector("rect")!;

    async Task<IRenderedComponent<RunPage>> Page()
    {
        var context = new BunitContext();
        _contexts.Add(context);
        context.Services.AddSingleton<TimeProvider>(_clock);
        context.Services.AddFallbackServiceProvider(_ledger.Services);
        var page = context.Render<RunPage>(
            with => with.Add(run => run.Id, $"{_run}").AddCascadingValue<HttpContext>(new DefaultHttpContext()));
        await page.WaitForElementAsync("h1", TimeSpan.FromSeconds(20));
        return page;
    }

    async Task Observe(string type, double at, string? component = null, object? evidence = null)
    {
        using var answer = await _ledger.Client.PostAsJsonAsync("/api/observations", new
        {
            type,
            processRunId = _run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = Noon.AddSeconds(at),
            componentRunId = component is null
                ? (Guid?)null
                : new Guid(Enumerable.Repeat((byte)component[0], 16).ToArray()),
            dotCode = component,
            evidenceRef = evidence,
        });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
