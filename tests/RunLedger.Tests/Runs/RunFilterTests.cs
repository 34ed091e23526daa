using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using RunLedger.Service.Database;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Runs;

/// <summary>A filter of the runs that one part of the service has is not missing in another.</summary>
public sealed class RunFilterTests : IAsyncLifetime
{
    static readonly string[] Paging = ["limit", "cursor", "before"];

    // What is no free text.
    static readonly Dictionary<string, string> Samples = new()
    {
        ["status"] = "failed",
        ["source"] = "job_queue",
        ["unlike"] = "slow",
        ["archived"] = "true",
        ["version"] = "7",
        ["parentRunId"] = "01900000-0000-7000-8000-000000000001",
        ["since"] = "2026-01-01",
        ["until"] = "2026-01-01",
        ["from"] = "2026-01-01",
        ["to"] = "2026-01-01",
    };

    static readonly IReadOnlyList<string> Filters =
        [.. QueryObject.Members<RunListQuery>().Select(member => member.Name).Except(Paging)];

    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public void A_cursor_belongs_to_every_filter() =>
        Missing("RunFilter.Fingerprint", name => Read(name).Fingerprint != new RunFilter().Fingerprint);

    [Fact]
    public async Task Every_filter_leaves_rows_out()
    {
        await using var db = await _ledger.Services.GetRequiredService<IDbContextFactory<LedgerDb>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        string Sql(RunFilter filter) => RunQueries.Rows(db, filter, [filter.ParentRunId], null, 1).ToQueryString();

        // Free text is searched for before the rows are asked for; the archive is another table.
        Missing("RunFilter.Where", name => name is "q" or "archived" || Sql(Read(name)) != Sql(new()));
    }

    [Fact]
    public async Task Every_filter_is_a_field_of_the_page()
    {
        var html = await _ledger.Client.GetStringAsync("/runs");

        // Other names of since and until.
        Missing("the form of the page", name => name is "from" or "to"
            || html.Contains($" name=\"{name}\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/runs")]
    [InlineData("/api/runs/export")]
    public async Task Every_filter_is_described_to_OpenAPI(string route)
    {
        var document = await _ledger.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var described = document.GetProperty("paths").GetProperty(route).GetProperty("get").GetProperty("parameters")
            .EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()).ToList();

        Missing($"the parameters of {route}", described.Contains);
    }

    [Fact]
    public void Every_filter_is_in_the_document()
    {
        var row = Document.Read("docs/api.md").Split('\n')
            .Single(line => line.StartsWith("| `GET /api/runs` |", StringComparison.Ordinal));

        Missing("docs/api.md", name => row.Contains($"`{name}`", StringComparison.Ordinal));
    }

    static void Missing(string where, Predicate<string> has)
    {
        var missing = Filters.Where(name => !has(name)).ToList();

        Assert.True(missing.Count == 0, $"Missing in {where}: {string.Join(", ", missing)}.");
    }

    static RunFilter Read(string name)
    {
        var sent = new QueryCollection(
            new Dictionary<string, StringValues> { [name] = Samples.GetValueOrDefault(name, "x") });
        var text = new QueryReader();
        var filter = QueryObject.Read<RunListQuery>(sent).Filter(text);
        Assert.True(text.Problem is null, $"{name} is no free text: give it a sample here.");
        return filter;
    }
}
