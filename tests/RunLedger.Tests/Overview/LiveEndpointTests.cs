using System.Net;
using System.Text;
using RunLedger.Service.Security;
using RunLedger.Service.Web;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Overview;

public sealed class LiveEndpointTests
{
    static readonly CancellationTokenSource Limit = new(TimeSpan.FromSeconds(60));

    [Fact]
    public async Task A_client_hears_at_once_and_then_when_something_is_committed()
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var answer = await Open(ledger);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(Limit.Token));
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        var first = await Next(events);

        using var content = new StringContent(
            $$"""
            {"type":"RunStarted","processRunId":"{{Guid.CreateVersion7()}}","processCandidateCode":"P","correlationId":"c",
             "sourceSystem":"dot_runtime","occurredAt":"2026-11-01T12:00:00Z"}
            """,
            Encoding.UTF8, "application/json");
        Assert.Equal(202, (await ledger.Post("/api/observations", content)).Status);

        Assert.True(await Next(events) > first);
    }

    [Fact]
    public async Task What_another_program_commits_is_noticed_by_its_counters()
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var answer = await Open(ledger);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(Limit.Token));
        var first = await Next(events);
        // The counters of this process are known by the first event that they raise.
        var known = await Next(events);

        ledger.List("insert into run_status_count (writer, status, runs) values (7, 'started', 1)");

        Assert.True(await Next(events) > known && known > first);
    }

    [Fact]
    public async Task A_service_that_stops_ends_the_answer_and_a_client_too_many_is_sent_away()
    {
        var ledger = await EmbeddedLedger.Start();
        var answers = new List<HttpResponseMessage>();
        try
        {
            // Whoever asks here has no key, and so half of the places.
            for (var n = 0; n < Shares.OfOne(new ReadingOptions().MaxListeners); n++)
                answers.Add(await Open(ledger));
            using var refused = await Open(ledger);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);

            // Whoever goes makes room.
            answers[0].Dispose();
            for (var room = HttpStatusCode.TooManyRequests; room != HttpStatusCode.OK;)
            {
                Limit.Token.ThrowIfCancellationRequested();
                using var next = await Open(ledger);
                room = next.StatusCode;
            }

            using var events = new StreamReader(await answers[1].Content.ReadAsStreamAsync(Limit.Token));
            await ledger.Stop();

            while (await events.ReadLineAsync(Limit.Token) is not null)
            {
            }
        }
        finally
        {
            answers.ForEach(answer => answer.Dispose());
            await ledger.DisposeAsync();
        }
    }

    static Task<HttpResponseMessage> Open(EmbeddedLedger ledger) =>
        ledger.Client.GetAsync("/api/live", HttpCompletionOption.ResponseHeadersRead, Limit.Token);

    static async Task<long> Next(StreamReader events)
    {
        var changed = false;
        while (await events.ReadLineAsync(Limit.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                changed = line == "event: changed";
            else if (changed && line.StartsWith("data: ", StringComparison.Ordinal))
                return long.Parse(line.AsSpan(6), null);
        }

        throw new EndOfStreamException("The events ended.");
    }
}
