using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Dossier;

/// <summary>What failed in a dossier, and what the ledger adds of its own.</summary>
public sealed class DossierFailureTests : IAsyncLifetime
{
    readonly FakeTimeProvider _time = new(Some.Noon);
    EmbeddedLedger _ledger = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start(_time);

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_run_that_failed_with_the_error_of_its_component_is_told_by_that_here_as_among_the_failures()
    {
        for (var run = 0; run < 2; run++)
        {
            var (id, step) = (Guid.CreateVersion7(), Guid.CreateVersion7());
            await Say("RunStarted", id, 0);
            await Say("StepFailed", id, 1, ("componentRunId", step), ("dotCode", "load"), ("errorRef", "no room left"));
            await Say("RunFailed", id, 2, ("errorRef", "load: no room left"));
        }

        await Say("RunFailed", Guid.CreateVersion7(), 2, ("errorRef", "killed"));
        _time.Advance(TimeSpan.FromHours(1));

        var groups = (await Get("/api/failures")).GetProperty("items").EnumerateArray();
        var dossier = (await Dossier("12:30")).GetProperty("observed");

        Assert.Equal(Counts(groups), Counts(dossier.GetProperty("failures").EnumerateArray()));
        Assert.Equal(3, dossier.GetProperty("runs").GetProperty("failed").GetInt32());
        Assert.Equal(2, Counts(dossier.GetProperty("failures").EnumerateArray()).Count);
    }

    [Fact]
    public async Task What_the_ledger_adds_is_that_of_its_own_clock_by_then()
    {
        await Say("RunCompleted", Guid.CreateVersion7(), 1);
        await Say("Unheard", Guid.CreateVersion7(), 1);
        var open = _ledger.List("select rejected_id from rejected_observation").Single();
        _time.Advance(TimeSpan.FromHours(1));
        using var discarded = await _ledger.Client.PostAsJsonAsync(
            $"/api/rejected/{open}/discard", new { reason = "of nobody" }, Token);
        Assert.True(discarded.IsSuccessStatusCode, await discarded.Content.ReadAsStringAsync(Token));

        var before = (await Dossier("12:30")).GetProperty("ledger");
        var after = (await Dossier("13:00")).GetProperty("ledger");

        Assert.Equal((1, 0), Figures(before));
        Assert.Equal((0, 1), Figures(after));

        static (int Open, int Discarded) Figures(JsonElement ledger) => (
            ledger.GetProperty("rejected").GetProperty("open").GetInt32(),
            ledger.GetProperty("rejected").GetProperty("discarded").GetInt32());
    }

    static Dictionary<string, int> Counts(IEnumerable<JsonElement> groups) => groups.ToDictionary(
        group => group.GetProperty("fingerprint").GetString()!, group => group.GetProperty("count").GetInt32());

    async Task<JsonElement> Dossier(string time) =>
        (await Get($"/api/candidates/P/dossier?asOf=2026-11-01T{time}:00Z")).GetProperty("document");

    Task<JsonElement> Get(string route) => _ledger.Client.GetFromJsonAsync<JsonElement>(route, Token);

    async Task Say(string type, Guid run, int seconds, params (string Name, object Value)[] more)
    {
        using var answer = await _ledger.Client.PostAsJsonAsync(
            "/api/observations",
            new Dictionary<string, object>(more.Select(one => KeyValuePair.Create(one.Name, one.Value)))
            {
                ["type"] = type,
                ["processRunId"] = run,
                ["processCandidateCode"] = "P",
                ["correlationId"] = "c",
                ["sourceSystem"] = "dot_runtime",
                ["occurredAt"] = Some.Noon.AddSeconds(seconds),
            },
            Token);
        Assert.True(
            answer.IsSuccessStatusCode || type == "Unheard", await answer.Content.ReadAsStringAsync(Token));
    }
}
