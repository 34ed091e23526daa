using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using RunLedger.IntegrationTests.Support.Browser;
using RunLedger.Testing;
using static Microsoft.Playwright.Assertions;

namespace RunLedger.IntegrationTests.Browser;

/// <summary>
/// Every page as it looks: what axe says of its names, roles and contrast, on a phone too, and a picture for people.
/// </summary>
public sealed class LookTests(BrowserSite site) : Journey(site)
{
    const int Phone = 400;

    // Of what it finds right one example is enough.
    static readonly HashSet<ResultType> Reported = [ResultType.Violations];

    static readonly AxeRunOptions All = new()
    {
        ResultTypes = Reported,
        RunOnly =
            new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    };

    static readonly AxeRunOptions Colours = new()
    {
        ResultTypes = Reported,
        RunOnly = new() { Type = "rule", Values = ["color-contrast"] },
    };

    public static TheoryData<string, string> Pages => new()
    {
        { "overview", "/" },
        { "runs", "/runs" },
        { "runs-none", "/runs?candidate=nothing" },
        { "run", "/runs/{failed}" },
        { "run-stuck", "/runs/{stuck}" },
        { "candidates", "/candidates" },
        { "candidate", "/candidates/PROC-CAND:dot:kg" },
        { "failures", "/failures" },
        { "grid", "/grid?candidate=PROC-CAND:dot:kg" },
        { "incidents", "/incidents" },
        { "dossier", "/candidates/PROC-CAND:dot:kg/dossier" },
        { "rejected", "/rejected" },
        { "query", "/query" },
        { "settings", "/settings" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_for_everybody_in_both_schemes_and_on_a_phone(string name, string path)
    {
        var page = await Open(
            path.Replace("{failed}", $"{Site.Failed}", StringComparison.Ordinal)
                .Replace("{stuck}", $"{Site.Stuck}", StringComparison.Ordinal),
            Options);
        await Looks(page, name);
    }

    [Theory]
    [InlineData("bars", "select status, count(*) as runs, max(error_ref) as error from runs group by all")]
    [InlineData("lines", "select timestamp '2026-11-01' + interval 1 day * range as day, range * 3 % 17 as failed, "
        + "20 - range % 7 as completed from range(28)")]
    public async Task An_answer_in_sql_is_asked_for_by_keyboard_and_is_for_everybody(string name, string sql)
    {
        var page = await Open("/query", Options);
        await page.Locator("#sql").FocusAsync();
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync(sql);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("#answer")).ToBeVisibleAsync();
        await Expect(page.Locator("#answer figure")).ToHaveCountAsync(1);
        await Looks(page, $"query-{name}");
    }

    // Axe is a script of ours and not of the page's.
    static BrowserNewContextOptions Options => new()
    {
        BypassCSP = true,
        ReducedMotion = ReducedMotion.Reduce,
        ViewportSize = new() { Width = 1280, Height = 900 },
    };

    static async Task Looks(IPage page, string name)
    {
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");
        foreach (var (scheme, rules) in ((ColorScheme, AxeRunOptions)[])[(ColorScheme.Light, All),
            (ColorScheme.Dark, Colours)])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await Expect(page.Locator("#theme")).ToHaveTextAsync(scheme == ColorScheme.Light ? "Dark" : "Light");
            await Picture(page, $"{name}-{scheme}");
            var found = await page.RunAxe(rules).WaitAsync(Limit);
            Assert.True(
                found.Violations.Length == 0,
                $"{name}, {scheme}: {string.Join('\n', found.Violations.Select(Describe))}");
        }

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(Phone, 800);
        await Picture(page, $"{name}-{Phone}");
        Assert.Equal(Phone, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task Every_status_has_a_badge_among_what_is_looked_at()
    {
        var page = await Open("/");
        foreach (var status in (string[])
            [
                "observed", "started", "step started", "step completed", "completed", "failed", "stuck", "cancelled",
                "orphan",
            ])
            await Expect(page.Locator("[aria-labelledby=statuses] .badge")
                .GetByText(status, new() { Exact = true })).ToBeVisibleAsync();
    }

    static Task<byte[]> Picture(IPage page, string name) => page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Checkout.Root, "artifacts", "screenshots", $"{name.ToLowerInvariant()}.png"),
        FullPage = true,
    });

    static string Describe(AxeResultItem violation) =>
        $"{violation.Id}: {violation.Help}\n  " + string.Join(
            "\n  ", violation.Nodes.Select(node => $"{node.Html} {node.Any.FirstOrDefault()?.Message}"));
}
