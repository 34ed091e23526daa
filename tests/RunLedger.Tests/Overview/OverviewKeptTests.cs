using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Storage;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Overview;

/// <summary>What is kept of the overview, and for how long.</summary>
public sealed class OverviewKeptTests : IAsyncLifetime
{
    readonly FakeTimeProvider _time = new(Some.Noon);
    EmbeddedLedger _ledger = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start(_time);

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task Who_did_something_sees_it_at_once()
    {
        var run = Guid.CreateVersion7();
        using var begun = await _ledger.Client.PostAsJsonAsync(
            "/api/observations",
            new
            {
                type = "RunStarted",
                processRunId = run,
                processCandidateCode = "P",
                correlationId = "c",
                sourceSystem = "dot_runtime",
                occurredAt = Some.Noon,
            },
            Token);
        Assert.True(begun.IsSuccessStatusCode, await begun.Content.ReadAsStringAsync(Token));
        Assert.Equal(1, (await Overview()).GetProperty("running").GetInt32());

        using var closed = await _ledger.Client.PostAsJsonAsync(
            $"/api/runs/{run}/close", new { status = "cancelled", reason = "its host is gone", by = "ann" }, Token);

        Assert.True(closed.IsSuccessStatusCode, await closed.Content.ReadAsStringAsync(Token));
        Assert.Equal(0, (await Overview()).GetProperty("running").GetInt32());
    }

    [Fact]
    public async Task The_day_is_counted_twice_a_minute_and_its_last_hour_at_each_look()
    {
        var (lately, before) = (Some.Noon.AddMinutes(-5), Some.Noon.AddHours(-3));
        await Complete(lately);
        await Complete(before);
        Assert.Equal((1, 1), await Ended());

        await Complete(lately);
        await Complete(before);
        Assert.Equal((1, 1), await Ended());
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((2, 1), await Ended());
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal((2, 2), await Ended());

        async Task<(long Lately, long Before)> Ended()
        {
            var overview = await Overview();
            return (
                overview.GetProperty("minutes").EnumerateArray().Sum(one => one.GetProperty("finished").GetInt64()),
                overview.GetProperty("hours").EnumerateArray().Take(21).Sum(
                    one => one.GetProperty("outcomes").GetProperty("completed").GetInt64()));
        }
    }

    Task<JsonElement> Overview() => _ledger.Client.GetFromJsonAsync<JsonElement>("/api/overview", Token);

    Task<int> Complete(DateTimeOffset settled) =>
        _ledger.Services.GetRequiredService<ILedgerTransactions>().InOne(
            write => write.Run(
                """
                insert into process_run_observation (process_run_id, process_candidate_code, correlation_id,
                  source_system, status, created_at, started_at, ended_at, settled_at)
                values (@id, 'P', 'c', 'dot_runtime', 'completed', @at, @at, @at, @at)
                """,
                Token, ("id", Guid.CreateVersion7()), ("at", settled.UtcDateTime)),
            Token);
}
