using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RunLedger.Deadlines;
using RunLedger.Service.Database.Sqlite;
using RunLedger.Service.Host;
using Xunit;

namespace RunLedger.Tests.Host;

public sealed class LedgerReadingTests
{
    static readonly string[] Paths =
    [
        "/api/runs", "/api/runs/{id}", "/api/runs/{id}/components", "/api/runs/{id}/tree", "/api/summary",
        "/api/rejected", "/api/rejected/{id}", "/api/rejected/groups", "/api/failures", "/api/overview",
        "/api/activity", "/api/actions", "/api/actions/{id}", "/api/candidates", "/api/candidates/{code}",
    ];

    [Fact]
    public async Task The_OpenAPI_document_tells_every_route_its_parameters_and_its_answers()
    {
        await using var app = await Start("Data Source=nowhere.db;Mode=ReadOnly");

        var document = await app.GetTestClient().GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        foreach (var path in Paths)
        {
            var get = document.GetProperty("paths").GetProperty(path).GetProperty("get");
            Assert.NotEmpty(get.GetProperty("summary").GetString()!);
            Assert.True(get.GetProperty("responses").TryGetProperty("503", out _));
            var ok = get.GetProperty("responses").GetProperty("200").GetProperty("content");
            Assert.True(ok.GetProperty("application/json").TryGetProperty("schema", out _));
        }
        var list = document.GetProperty("paths").GetProperty("/api/runs").GetProperty("get");
        var parameters = list.GetProperty("parameters").EnumerateArray()
            .ToDictionary(p => p.GetProperty("name").GetString()!);
        Assert.Equal(
            [
                "archived", "before", "candidate", "correlationId", "cursor", "from", "limit", "parentRunId", "q",
                "since", "source", "status", "to", "unlike", "until", "version",
            ],
            parameters.Keys.Order());
        Assert.All(parameters.Values, parameter => Assert.NotEmpty(parameter.GetProperty("description").GetString()!));
        Assert.Equal(500, parameters["limit"].GetProperty("schema").GetProperty("maximum").GetInt32());
        Assert.True(list.GetProperty("responses").TryGetProperty("400", out _));
        var run = document.GetProperty("components").GetProperty("schemas").GetProperty("RunAnswer")
            .GetProperty("properties");
        Assert.True(run.TryGetProperty("evidenceRef", out _));
        Assert.False(run.TryGetProperty("fold", out _));
    }

    [Theory]
    [InlineData("Data Source=/nowhere/ledger.db;Mode=ReadOnly", "file")]
    [InlineData("Data Source=:memory:", "tables are missing")]
    public async Task A_ledger_that_cannot_be_read_answers_503_with_a_reason_and_when_to_come_back(
        string store, string reason)
    {
        await using var app = await Start(store);

        foreach (var path in Paths)
        {
            using var response = await app.GetTestClient().GetAsync(
                path.Replace("{id}", $"{Guid.Empty}", StringComparison.Ordinal));
            var body = await response.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.NotNull(response.Headers.RetryAfter?.Delta);
            Assert.Contains(reason, body, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", body, StringComparison.Ordinal);
        }
    }

    static async Task<WebApplication> Start(string store)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(new RunLedgerOptions()).AddSingleton<DeadlineEvaluator>();
        builder.Services.AddLedgerReading(new SqliteDialect(store)).AddLedgerReading(new SqliteDialect(store));
        var app = builder.Build();
        app.MapOpenApi();
        app.MapLedgerReading();
        await app.StartAsync();
        return app;
    }
}
