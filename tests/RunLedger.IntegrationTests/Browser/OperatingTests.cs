using Microsoft.Playwright;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Browser;
using static Microsoft.Playwright.Assertions;

namespace RunLedger.IntegrationTests.Browser;

/// <summary>What operators do about what they see.</summary>
public sealed class OperatingTests(BrowserSite site) : Journey(site)
{
    [Fact]
    public async Task The_second_of_two_operators_who_close_a_run_is_told_that_it_had_ended()
    {
        var run = await Begin("PROC-CAND:browser:both");
        var (first, second) = (await Open($"/runs/{run.RunId}"), await Open($"/runs/{run.RunId}"));
        await Close(first, "cancelled", "I was first");
        await Expect(second.Locator("h1 .badge")).ToHaveTextAsync("cancelled");

        await Close(second, "failed", "me too");

        await Expect(second.Locator(".note.good")).ToHaveTextAsync(
            "The run had ended, or was archived, before: nothing was left to close.");
        await Expect(second.Locator("h1 .badge")).ToHaveTextAsync("cancelled");
        await Expect(second.GetByRole(AriaRole.Button, new() { Name = "Close the run" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Failures_of_one_kind_are_one_group_and_a_note_says_that_it_is_known()
    {
        const string Candidate = "PROC-CAND:browser:grouped";
        for (var n = 0; n < 2; n++)
        {
            var run = await Begin(Candidate);
            await Site.Send(
                run.RunId,
                "failed",
                run with { Contract = "RunFailed", At = Now, ErrorRef = $"no room after {n} rows" });
        }

        var page = await Open("/failures");
        var group = page.Locator("tr[id^=g]", new() { HasText = Candidate });
        await Expect(group).ToHaveCountAsync(1);
        await Expect(group).ToContainTextAsync("2 failures");
        await group.Locator("summary").ClickAsync();
        await group.GetByLabel("Note").FillAsync("the disk is ordered");
        await group.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();

        await Expect(page.Locator(".note.good")).ToHaveTextAsync(
            "It is acknowledged; a failure after this shows it again.");
        await Expect(group).ToContainTextAsync("Acknowledged by local");
        await Expect(group.Locator(".note")).ToContainTextAsync("the disk is ordered");
        var again = await Begin(Candidate);
        await Site.Publisher.Send([again with { Contract = "RunFailed", At = Now, ErrorRef = "no room after 7 rows" }]);
        await Expect(group).ToContainTextAsync("and it failed again since");
        await group.Locator("summary").ClickAsync();
        await group.GetByRole(AriaRole.Link, new() { Name = "the newest of them" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync($"failed {Candidate}");
    }

    [Fact]
    public async Task A_message_that_was_rejected_is_corrected_and_sent_again_and_its_run_appears()
    {
        var run = Guid.CreateVersion7();
        var good = new Sent("RunStarted", run, Now) { Candidate = "PROC-CAND:browser:corrected" }.Json().ToJsonString();
        await Site.Reject(good.Replace("dot_runtime", "dot_rumtine", StringComparison.Ordinal), $"{run}");
        var page = await Open("/rejected");
        var row = page.Locator("article[id^=r]", new() { HasText = "dot_rumtine" }).First;
        await row.GetByText("Correct, send again or discard").ClickAsync();
        await row.GetByLabel("Payload to send").FillAsync(good);
        await row.GetByLabel("Reason").FillAsync("a slip of the pen");
        await row.GetByRole(AriaRole.Button, new() { Name = "Send the corrected payload" }).ClickAsync();

        await Expect(page.Locator(".note.good")).ToHaveTextAsync("It was sent again.");
        await Expect(page.Locator("#rejected")).Not.ToContainTextAsync($"{run}");
        await page.GotoAsync("/runs?candidate=PROC-CAND:browser:corrected");
        await page.Locator("#list a.id").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("started PROC-CAND:browser:corrected");
    }

    [Fact]
    public async Task A_group_that_was_rejected_is_looked_at_beside_the_queues_and_discarded_with_a_reason()
    {
        foreach (var run in (Guid[])[Guid.CreateVersion7(), Guid.CreateVersion7()])
            await Site.Reject(new Sent("RunStarted", run, Now) { Candidate = "" }.Json().ToJsonString(), $"{run}");
        var page = await Open("/rejected");
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "run-ledger_error" })).ToBeVisibleAsync();
        await page.Locator("article[id^=g]", new() { HasText = "processCandidateCode" })
            .GetByRole(AriaRole.Link, new() { Name = "Look at them" })
            .ClickAsync();
        await Expect(page.Locator("article[id^=r]")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard all 2" }).ClickAsync();
        await Expect(page.Locator(".note.good")).ToContainTextAsync("Give a reason");
        await page.Locator("form.row").GetByLabel("Reason").FillAsync("a test of theirs");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard all 2" }).ClickAsync();

        await Expect(page.Locator(".note.good")).ToContainTextAsync("Work on the group has begun");
        await Expect(page.Locator("article[id^=g]", new() { HasText = "processCandidateCode" })).ToHaveCountAsync(0);
        await page.GotoAsync("/rejected?state=discarded");
        await Expect(page.Locator("article[id^=r]")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task What_publishers_write_is_shown_as_text_and_never_run()
    {
        const string Markup = "<script>document.body.id='hurt'</script><img src=x "
            + "onerror=\"document.body.id='hurt'\"><dialog open>hurt</dialog>";
        var run = await Begin(Markup);
        var (list, page) =
            (await Open($"/runs?candidate={Uri.EscapeDataString(Markup)}"), await Open($"/runs/{run.RunId}"));
        await Site.Send(
            run.RunId,
            "failed",
            run with
            {
                Contract = "StepFailed",
                At = Now,
                ComponentId = Guid.CreateVersion7(),
                DotCode = Markup,
                ErrorRef = Markup,
            },
            run with { Contract = "RunFailed", At = Now, ErrorRef = Markup });
        await Site.Reject(
            $$"""{"processRunId":"<script>document.body.id='hurt'</script><img src=x>"}""", "<img src=x>");

        // Both as it is opened and as it is followed.
        await Expect(list.Locator("#list .badge")).ToHaveTextAsync("failed");
        await Expect(page.Locator(".gantt")).ToContainTextAsync(Markup);
        await Unhurt(list, Markup);
        await Unhurt(page, Markup);
        foreach (var path in (string[])["/", "/failures", "/rejected",
            $"/grid?candidate={Uri.EscapeDataString(Markup)}"])
        {
            await page.GotoAsync(path);
            await Unhurt(page, path == "/rejected" ? "<img src=x>" : Markup);
        }
    }

    static async Task Close(IPage page, string status, string reason)
    {
        await page.GetByRole(AriaRole.Combobox).SelectOptionAsync(status);
        await page.GetByLabel("Reason").FillAsync(reason);
        await page.GetByRole(AriaRole.Button, new() { Name = "Close the run" }).ClickAsync();
    }

    static async Task Unhurt(IPage page, string markup)
    {
        await Expect(page.Locator("main")).ToContainTextAsync(markup);
        await Expect(page.Locator("#hurt, main script, main img, main dialog")).ToHaveCountAsync(0);
    }
}
