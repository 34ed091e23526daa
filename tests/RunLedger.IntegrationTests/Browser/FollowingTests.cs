using Microsoft.Playwright;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Browser;
using static Microsoft.Playwright.Assertions;

namespace RunLedger.IntegrationTests.Browser;

/// <summary>The page keeps itself fresh, and takes nothing from under the operator's hands.</summary>
public sealed class FollowingTests(BrowserSite site) : Journey(site)
{
    [Fact]
    public async Task A_run_is_followed_to_its_end_without_a_reload_and_what_is_open_and_focused_stays()
    {
        var run = await Begin("PROC-CAND:browser:followed");
        var page = await Open($"/runs/{run.RunId}");
        await Mark(page);
        var evidence = page.Locator("#evidence summary");
        await evidence.ClickAsync();
        await Expect(page.Locator("#live")).ToHaveTextAsync("Live");

        var step = Guid.CreateVersion7();
        await Site.Publisher.Send(
            [run with { Contract = "StepStarted", At = Now, ComponentId = step, DotCode = "dot_followed" }]);
        var row = page.Locator(".gantt tbody tr", new() { HasText = "dot_followed" });
        await Expect(row.Locator(".badge")).ToHaveTextAsync("step started");
        await Expect(evidence).ToBeFocusedAsync();
        await Site.Publisher.Send([run with { Contract = "StepCompleted", At = Now, ComponentId = step }]);
        await Expect(row.Locator(".badge")).ToHaveTextAsync("step completed");
        await Site.Publisher.Send([run with { Contract = "RunCompleted", At = Now }]);
        await Expect(page.Locator("h1 .badge")).ToHaveTextAsync("completed");

        await Expect(page).ToHaveTitleAsync("completed PROC-CAND:browser:followed: RunLedger");
        await Expect(page.Locator(".summary")).ToContainTextAsync("1 of 1 components done.");
        await Expect(page.Locator("#evidence pre")).ToBeVisibleAsync();
        await Still(page);
    }

    [Fact]
    public async Task A_run_that_begins_appears_in_the_list_and_among_the_latest_changes()
    {
        var list = await Open("/runs?candidate=PROC-CAND:browser:new");
        var overview = await Open("/");
        await Mark(list);
        await Mark(overview);
        await Expect(list.Locator("#list .empty")).ToBeVisibleAsync();

        await Begin("PROC-CAND:browser:new");

        await Expect(list.Locator("#list tbody tr .badge")).ToHaveTextAsync("started");
        await Expect(overview.Locator(".feed a", new() { HasText = "PROC-CAND:browser:new" })).ToBeVisibleAsync();
        await Still(list);
        await Still(overview);
    }

    [Fact]
    public async Task Pause_holds_what_is_shown_over_a_reload_and_resume_catches_up()
    {
        var run = await Begin("PROC-CAND:browser:paused");
        var (paused, other) = (await Open($"/runs/{run.RunId}"), await Open($"/runs/{run.RunId}"));
        await paused.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await paused.ReloadAsync();
        await Expect(paused.Locator("#live")).ToHaveTextAsync("Paused");
        var asked = new List<string>();
        paused.Request += (_, request) => asked.Add(request.Url);

        // The other operator sees one change after another: there was time to see them here too.
        foreach (var (contract, status) in ((string, string)[])
            [("StepStarted", "step started"), ("StepCompleted", "step completed"), ("RunFailed", "failed")])
        {
            await Site.Publisher.Send(
                [run with { Contract = contract, At = Now, ComponentId = contract[0] == 'S' ? run.RunId : null }]);
            await Expect(other.Locator("h1 .badge")).ToHaveTextAsync(status);
        }

        await Expect(paused.Locator("h1 .badge")).ToHaveTextAsync("started");
        Assert.Empty(asked);
        await paused.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(paused.Locator("h1 .badge")).ToHaveTextAsync("failed");
        await Expect(paused.Locator("#live")).ToHaveTextAsync("Live");
    }

    [Fact]
    public async Task A_reason_that_is_typed_while_the_run_goes_on_is_kept_and_closes_it()
    {
        var run = await Begin("PROC-CAND:browser:closed");
        var page = await Open($"/runs/{run.RunId}");
        var reason = page.GetByLabel("Reason");
        await reason.PressSequentiallyAsync("nobody waits");
        await Site.Publisher.Send([run with
        {
            Contract = "StepStarted",
            At = Now,
            ComponentId = Guid.CreateVersion7(),
            DotCode = "dot_meanwhile",
        }]);
        await Expect(page.Locator(".gantt")).ToContainTextAsync("dot_meanwhile");

        await reason.PressSequentiallyAsync(" any more");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close the run" }).ClickAsync();

        await Expect(page.Locator(".note.good")).ToHaveTextAsync(
            "The end of the run is in the queue; it shows when the ledger has taken it.");
        await Expect(page.Locator("h1 .badge")).ToHaveTextAsync("cancelled");
        await Expect(page.Locator("#evidence pre")).ToContainTextAsync("nobody waits any more");
    }

    [Fact]
    public async Task A_correction_that_is_typed_stays_with_its_message_when_others_are_rejected_above_it()
    {
        await Site.Reject("""{"processRunId":"typed-about"}""", "typed-about");
        var page = await Open("/rejected");
        var row = page.Locator("article[id^=r]", new() { HasText = "typed-about" });
        await row.GetByText("Correct, send again or discard").ClickAsync();
        var payload = row.GetByLabel("Payload to send");
        await payload.FillAsync("""{"half":"of it""");
        // On to the button: nobody types any more, and what was typed is not sent yet.
        await row.GetByLabel("Reason").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await Mark(page);

        await Site.Reject("""{"processRunId":"come-above"}""", "come-above");

        await Expect(page.Locator("#live")).ToHaveTextAsync("Waits while you write");
        await Expect(payload).ToHaveValueAsync("""{"half":"of it""");
        await Expect(row.GetByRole(AriaRole.Button, new() { Name = "Send again as it came" })).ToBeFocusedAsync();
        await Still(page);
    }

    [Fact]
    public async Task What_is_open_stays_open_on_its_own_message_when_others_are_rejected_above_it()
    {
        await Site.Reject("""{"processRunId":"looked-at"}""", "looked-at");
        var page = await Open("/rejected");
        var row = page.Locator("article[id^=r]", new() { HasText = "looked-at" });
        await row.GetByText("Payload,").ClickAsync();

        await Site.Reject("""{"processRunId":"come-later"}""", "come-later");

        await Expect(page.Locator("#rejected")).ToContainTextAsync("come-later");
        await Expect(page.Locator("details[open]")).ToHaveCountAsync(1);
        await Expect(row.Locator("details[open] pre")).ToContainTextAsync("looked-at");
        await Expect(row.Locator("details[open] summary")).ToBeFocusedAsync();
    }

    static async Task Mark(IPage page) => await page.EvaluateAsync("window.stillHere = true");

    static async Task Still(IPage page) =>
        Assert.True(await page.EvaluateAsync<bool>("window.stillHere === true"), "the page was loaded again");
}
