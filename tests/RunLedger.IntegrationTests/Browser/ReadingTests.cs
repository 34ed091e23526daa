using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Browser;
using static Microsoft.Playwright.Assertions;

namespace RunLedger.IntegrationTests.Browser;

/// <summary>How operators find what they look for, with a mouse and without.</summary>
public sealed class ReadingTests(BrowserSite site) : Journey(site)
{
    [Fact]
    public async Task The_overview_says_how_things_stand_and_each_figure_leads_to_its_runs()
    {
        var page = await Open("/");

        await Expect(page.Locator(".card")).ToContainTextAsync(
            ["stuck now", "failed in the last hour", "set aside", "running now", "from publishing to commit"]);
        await Expect(page.Locator(".verdict")).ToContainTextAsync("stuck");
        await Expect(page.Locator("[aria-labelledby=statuses] .badge")).ToContainTextAsync(["observed", "started"]);
        await page.Locator(".card", new() { HasText = "stuck now" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("/runs\\?status=stuck$"));
        await Expect(page.Locator($"#list tr:has(a[href='/runs/{Site.Stuck}']) .badge")).ToHaveTextAsync("stuck");
        await Expect(page.Locator("#list .badge:not(.stuck)")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_list_is_filtered_by_its_form_and_turned_both_ways_and_the_address_says_all_of_it()
    {
        const string Candidate = "PROC-CAND:browser:many";
        var start = Now;
        await Site.Publisher.Send(
            [.. Enumerable.Range(0, 60)
                .Select(n => new Sent("RunStarted", Guid.CreateVersion7(), start) { Candidate = Candidate })]);
        var last = new Sent("RunStarted", Guid.CreateVersion7(), start) { Candidate = Candidate };
        await Site.Send(
            last.RunId, "completed", last, last with { Contract = "RunCompleted", At = start.AddSeconds(1) });
        var page = await Open("/runs");
        await page.GetByLabel("Candidate").FillAsync(Candidate);
        await page.GetByLabel("Status").SelectOptionAsync("started");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("status=started.*candidate=PROC-CAND%3Abrowser%3Amany"));
        var rows = page.Locator("#list tbody tr");
        await Expect(rows).ToHaveCountAsync(50);
        var first = await rows.First.Locator("a.id").GetAttributeAsync("href");
        await page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(10);
        await Expect(page.GetByLabel("Candidate")).ToHaveValueAsync(Candidate);
        await page.GetByRole(AriaRole.Link, new() { Name = "Newer" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(50);
        Assert.Equal(first, await rows.First.Locator("a.id").GetAttributeAsync("href"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Clear" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/runs$"));
    }

    [Fact]
    public async Task A_candidate_is_found_by_a_part_of_its_code_and_leads_to_its_failures_and_runs()
    {
        const string Candidate = "PROC-CAND:browser:evidence/<b>x</b>";
        var run = await Begin(Candidate);
        await Site.Send(
            run.RunId, "failed", run with { Contract = "RunFailed", At = Now, ErrorRef = "no such table" });
        var page = await Open("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Candidates" }).ClickAsync();
        await page.GetByLabel("Code").FillAsync("evidence/<b>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();

        var rows = page.Locator("#candidates tbody tr");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("1 failed in 24 h");
        await Expect(rows).ToContainTextAsync("0 % of 1");
        await rows.GetByRole(AriaRole.Link, new() { Name = Candidate }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync(Candidate);
        await Expect(page.Locator("[aria-labelledby=failures]")).ToContainTextAsync("no such table");
        await page.GetByText("As a table").ClickAsync();
        await Expect(page.Locator("[aria-labelledby=outcomes] tbody td").First).ToHaveTextAsync("1");
        await page.GetByRole(AriaRole.Link, new() { Name = "7 days" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync(Candidate);
        await page.GetByRole(AriaRole.Link, new() { Name = "All that failed" }).ClickAsync();
        await Expect(page.Locator($"#list a[href='/runs/{run.RunId}']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_run_is_found_and_opened_from_the_keyboard_alone_and_the_focus_is_always_seen()
    {
        var run = await Begin("PROC-CAND:browser:keys");
        var page = await Open("/runs");

        await page.Keyboard.PressAsync("Tab");
        var skip = page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" });
        await Expect(skip).ToBeFocusedAsync();
        await Expect(skip).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#main")).ToBeFocusedAsync();
        await TabTo(page, page.GetByLabel("Candidate"));
        await page.Keyboard.TypeAsync(run.Candidate);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex("candidate=PROC-CAND%3Abrowser%3Akeys"));
        await TabTo(page, page.Locator($"a[href='/runs/{run.RunId}']"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync($"started {run.Candidate}");
        await TabTo(page, page.GetByLabel("Reason"));
        await page.Keyboard.TypeAsync("by keyboard");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("h1 .badge")).ToHaveTextAsync("cancelled");
    }

    [Theory]
    [InlineData(ColorScheme.Light, "rgb(246, 247, 249)", "rgb(18, 22, 27)")]
    [InlineData(ColorScheme.Dark, "rgb(18, 22, 27)", "rgb(246, 247, 249)")]
    public async Task The_page_is_as_dark_as_the_system_until_somebody_wishes_otherwise(
        ColorScheme system, string first, string then)
    {
        var page = await Open("/", new() { ColorScheme = system });
        var body = page.Locator("body");
        await Expect(body).ToHaveCSSAsync("background-color", first);

        await page.GetByRole(
            AriaRole.Button,
            new() { Name = system == ColorScheme.Light ? "Dark" : "Light", Exact = true }).ClickAsync();
        await Expect(body).ToHaveCSSAsync("background-color", then);
        await page.ReloadAsync();
        await Expect(body).ToHaveCSSAsync("background-color", then);
        await page.GotoAsync("/runs");
        await Expect(body).ToHaveCSSAsync("background-color", then);
    }

    /// <summary>Presses Tab until it is there; every stop on the way must show that it has the focus.</summary>
    static async Task TabTo(IPage page, ILocator target)
    {
        for (var stop = 0; stop < 60; stop++)
        {
            await page.Keyboard.PressAsync("Tab");
            var seen = await page.EvaluateAsync<string>(
                """
                () => {
                  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
                  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.top < innerHeight && box.bottom > 0
                    ? "" : at.outerHTML.slice(0, 200);
                }
                """);
            Assert.True(seen.Length == 0, $"It has the focus and nobody sees it: {seen}");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
                return;
        }

        Assert.Fail($"{target} is not reached by 60 presses of Tab.");
    }
}
