using System.Text.RegularExpressions;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Failures;

/// <summary>Failures, as operators find them.</summary>
public sealed partial class FailurePageTests : IAsyncLifetime
{
    OperatorPage _page = null!;

    public async ValueTask InitializeAsync() => _page = await OperatorPage.Open();

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    [Fact]
    public async Task A_group_of_failures_is_acknowledged_with_a_note()
    {
        await _page.Fill();
        var (_, page) = await _page.Get("/failures");
        var form = Action().Match(page).Groups["to"].Value;

        var known = await _page.Post(form, page, ("note", "the source is down on Sundays"));

        Assert.Contains("It is acknowledged", known, StringComparison.Ordinal);
        Assert.Contains("the source is down on Sundays", known, StringComparison.Ordinal);
    }

    [GeneratedRegex("<form method=\"post\" action=\"(?<to>/failures/[^\"]*)\"")]
    private static partial Regex Action();
}
