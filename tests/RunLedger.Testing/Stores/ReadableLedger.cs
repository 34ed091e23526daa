using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Deadlines;
using RunLedger.Service.Host;
using Xunit;

namespace RunLedger.Testing.Stores;

/// <summary>
/// A ledger whose rows a test writes and whose HTTP answers it reads. Rows are written as SQL literals that both stores
/// take, never through the mapping under test.
/// </summary>
public abstract class ReadableLedger : IAsyncDisposable
{
    WebApplication? _app;

    public IServiceProvider Services => _app!.Services;
    public HttpClient Client { get; private set; } = null!;

    /// <summary>The ledger's, and nobody moves it but a test.</summary>
    public FakeTimeProvider Clock { get; } = new(Some.Noon);

    public abstract Task Execute(string sql);

    /// <summary>Bytes as a literal of the store.</summary>
    public abstract string Bytes(byte[] bytes);

    /// <summary>A statement of the store that writes 50,000 runs.</summary>
    public abstract string ManyRuns { get; }

    public async Task Start()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(new RunLedgerOptions());
        builder.Services.AddSingleton<DeadlineEvaluator>();
        AddReading(builder.Services);
        _app = builder.Build();
        _app.MapOpenApi();
        _app.MapLedgerReading();
        await _app.StartAsync();
        Client = _app.GetTestClient();
    }

    public Task Run(
        Guid id, string createdAt = "2026-03-01T00:00:00.000000Z", string status = "completed", Guid? parent = null,
        string candidate = "PROC-CAND:a", string correlation = "c", string source = "dot_runtime",
        string? evidence = null) =>
        Execute($"""
            insert into process_run_observation
              (process_run_id, process_candidate_code, correlation_id, parent_run_id, status, source_system,
               evidence_ref, created_at, fold)
            values ('{id}', '{candidate}', '{correlation}', {Literal(parent)}, '{status}', '{source}',
              {Literal(evidence)}, '{createdAt}', {Bytes([1, 2])})
            """);

    public Task Component(Guid id, Guid run, string? startedAt, string status = "step_completed") =>
        Execute($"""
            insert into process_component_observation
              (component_run_id, process_run_id, correlation_id, status, source_system, started_at, created_at)
            values ('{id}', '{run}', 'c', '{status}', 'job_queue', {Literal(startedAt)}, '2026-03-01T00:00:00.000000Z')
            """);

    public Task Alias(Guid alias, Guid run) =>
        Execute($"insert into process_run_alias (alias_id, process_run_id) values ('{alias}', '{run}')");

    public Task Rejected(Guid id, byte[] payload, string rejectedAt = "2026-03-01T00:00:00.000000Z") =>
        Execute($"""
            insert into rejected_observation (rejected_id, contract, origin, payload, reason, rejected_at)
            values ('{id}', 'RunStarted', 'run-ledger', {Bytes(payload)}, 'It has no id.', '{rejectedAt}')
            """);

    /// <summary>The answer, which must be 200.</summary>
    public async Task<JsonElement> Get(string path)
    {
        using var response = await Client.GetAsync(path);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The problem, which must be of this status and a problem+json.</summary>
    public async Task<JsonElement> Problem(string path, HttpStatusCode status)
    {
        using var response = await Client.GetAsync(path);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Every page of a list, first to last: the ids in each.</summary>
    public async Task<List<List<Guid>>> Pages(string path, string id)
    {
        List<List<Guid>> pages = [];
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await Get($"{path}&cursor={cursor}");
            pages.Add([.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty(id).GetGuid())]);
            cursor = page.GetProperty("nextCursor").GetString();
        }
        return pages;
    }

    public virtual async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract void AddReading(IServiceCollection services);

    static string Literal(object? value) => value is null ? "null" : $"'{value}'";
}
