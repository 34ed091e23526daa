using System.Text.Json;
using RunLedger.Cli.Runs;
using RunLedger.Testing;

namespace RunLedger.Tests.Cli;

/// <summary>The filters of <c>runs list</c> beside those of the service.</summary>
public sealed class RunFilterTests
{
    /// <summary>
    /// Parameters of the service that are no filters of their own, or that the tool leaves to the page.
    /// </summary>
    static readonly Dictionary<string, string> NotOffered = new()
    {
        ["limit"] = "--limit",
        ["cursor"] = "the tool follows the pages itself",
        ["before"] = "the tool only pages forward",
        ["from"] = "another name of since, for the form of the page",
        ["to"] = "another name of until, for the form of the page",
        ["q"] = "the search of the page",
    };

    [Fact]
    public void The_tool_offers_every_filter_of_the_service()
    {
        Assert.Equal(
            Offered().Except(NotOffered.Keys).Order(StringComparer.Ordinal),
            RunFilterOptions.QueryNames.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_the_tool_leaves_out_is_still_in_the_service()
    {
        Assert.Empty(NotOffered.Keys.Except(Offered()));
    }

    static List<string> Offered()
    {
        var file = Path.Combine(Checkout.Root, "tests", "RunLedger.Tests", "Web", "Approved", "openapi.json");
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return [.. document.RootElement.GetProperty("paths").GetProperty("/api/runs").GetProperty("get")
            .GetProperty("parameters")
            .EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!)];
    }
}
