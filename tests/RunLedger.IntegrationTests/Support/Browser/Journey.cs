using Microsoft.Playwright;
using RunLedger.IntegrationTests.Support.Brokers;

namespace RunLedger.IntegrationTests.Support.Browser;

/// <summary>
/// What an operator does on the page. What the browser complains of on the way fails the test: a script's error, what
/// the content security policy refused, a dialog.
/// </summary>
[Collection(typeof(BrowserSite))]
public abstract class Journey(BrowserSite site) : IAsyncLifetime
{
    /// <summary>For what has no limit of its own.</summary>
    private protected static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    readonly List<IBrowserContext> _operators = [];
    readonly List<string> _complaints = [];

    private protected BrowserSite Site { get; } = site;

    private protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync() => await Site.Start();

    /// <summary>Another operator, in another browser window, opens a page.</summary>
    private protected async Task<IPage> Open(string path, BrowserNewContextOptions? options = null)
    {
        var somebody = await Site.Browser.NewContextAsync(new(options ?? new()) { BaseURL = $"{Site.Url}" });
        _operators.Add(somebody);
        somebody.SetDefaultTimeout(20_000);
        var page = await somebody.NewPageAsync();
        page.PageError += (_, error) => Complain($"{page.Url}: {error}");
        page.Console += (_, message) =>
            Complain(message.Type is "error" or "warning" ? $"{page.Url}: {message.Text}" : null);
        page.Dialog += (_, dialog) => Complain($"{page.Url}: dialog {dialog.Message}");
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>A run that has just begun, which nobody else looks at.</summary>
    private protected async Task<Sent> Begin(string candidate)
    {
        var start = new Sent("RunStarted", Guid.CreateVersion7(), Now) { Candidate = candidate, Evidence = 1 };
        await Site.Send(start.RunId, "started", start);
        return start;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var somebody in _operators)
            await somebody.DisposeAsync().AsTask().WaitAsync(Limit);
        lock (_complaints)
            Assert.Empty(_complaints);
        GC.SuppressFinalize(this);
    }

    void Complain(string? what)
    {
        lock (_complaints)
            _complaints.AddRange(what is null ? [] : [what]);
    }
}
