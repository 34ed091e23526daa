using System.Net;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Web;

/// <summary>A reader leaves others their room, and one that does not read what it asked for loses its own.</summary>
public sealed class ReadingLimitTests
{
    /// <summary>Far more than a connection takes by itself.</summary>
    const int Large = 12 * 1024 * 1024;

    const string Run = "0198c0de-0000-7000-8000-000000000001";

    static readonly TestKey Other = new("other", "read");

    readonly FakeTimeProvider _time = new(Some.Noon);

    [Theory]
    [InlineData("MaxExports", "/api/runs/export?format=ndjson")]
    [InlineData("MaxExports", "/api/runs/export?format=csv")]
    [InlineData("MaxReads", $"/api/runs/{Run}")]
    [InlineData("MaxReads", $"/runs/{Run}")]
    public async Task One_key_has_half_of_the_places_and_who_takes_nothing_is_cut_off(string limit, string path)
    {
        await using var ledger = await Filled($"--Reading:{limit}", "2", "--Reading:MaxWaiting", "0");
        await using var stalled = await RawRequest.Get(ledger, path, TestKey.Reader);
        Assert.Equal(200, await stalled.Status());

        using var refused = await Ask(ledger, path, TestKey.Reader);
        using var other = await Ask(ledger, path, Other);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        await Freed(ledger, path, TestKey.Reader);
    }

    [Fact]
    public async Task When_all_places_are_taken_another_key_waits_for_its_turn()
    {
        await using var ledger = await Filled("--Reading:MaxReads", "1");
        await using var stalled = await RawRequest.Get(ledger, $"/api/runs/{Run}", TestKey.Reader);
        Assert.Equal(200, await stalled.Status());

        var waiting = Ask(ledger, "/api/summary", Other);
        while (!waiting.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            await Task.WhenAny(waiting, Task.Delay(20, TestContext.Current.CancellationToken));
        }

        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task One_key_has_half_of_the_listeners()
    {
        await using var ledger = await Filled("--Reading:MaxListeners", "2");

        using var listens = await Ask(ledger, "/api/live", TestKey.Reader);
        using var refused = await Ask(ledger, "/api/live", TestKey.Reader);
        using var other = await Ask(ledger, "/api/live", Other);

        Assert.Equal(HttpStatusCode.OK, listens.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    async Task<EmbeddedLedger> Filled(params string[] settings)
    {
        var ledger = await EmbeddedLedger.Start(_time, [.. TestKey.Settings(TestKey.Reader, Other), .. settings]);
        ledger.List($$"""
            insert into process_run_observation
              (process_run_id, process_candidate_code, correlation_id, status, source_system, evidence_ref, created_at)
            values ('{{Run}}', 'P', 'c', 'completed', 'dot_runtime', printf('{"a":"%.*c"}', {{Large}}, 'x'),
              '2026-03-01T00:00:00.000000Z')
            """);
        return ledger;
    }

    // The place is free again at some time after the clock has moved, and not before.
    async Task Freed(EmbeddedLedger ledger, string path, TestKey key)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var status = HttpStatusCode.TooManyRequests; status == HttpStatusCode.TooManyRequests;)
        {
            limit.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(30));
            using var next = await Ask(ledger, path, key);
            status = next.StatusCode;
        }
    }

    static Task<HttpResponseMessage> Ask(EmbeddedLedger ledger, string path, TestKey key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Api-Key", key.Text);
        return ledger.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
