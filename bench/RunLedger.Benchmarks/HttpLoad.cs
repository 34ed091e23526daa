using System.Diagnostics;
using System.Net;
using System.Text;

namespace RunLedger.Benchmarks;

/// <summary>Sends the reference work over HTTP: as fast as it is taken, or at a steady rate.</summary>
/// <param name="service">The service's address.</param>
/// <param name="key">Who sends.</param>
/// <param name="rate">Observations a second; 0 for as many as are taken.</param>
/// <param name="time">The clock of the rate.</param>
sealed class HttpLoad(Uri service, string key, int rate, TimeProvider time) : IDisposable
{
    const int Senders = 4;
    const int Lines = 100;

    readonly HttpClient _http = new() { BaseAddress = service, DefaultRequestHeaders = { { "X-Api-Key", key } } };
    long _accepted;
    long _refused;

    /// <summary>Requests that were answered otherwise than 202, and sent again.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public Task Send(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(() => One(cancellationToken))));

    /// <summary>Observations a second that were durable, for so long.</summary>
    public async Task<double> Measure(TimeSpan duration)
    {
        var (start, from) = (Stopwatch.GetTimestamp(), Interlocked.Read(ref _accepted));
        await Task.Delay(duration, time);
        return (Interlocked.Read(ref _accepted) - from) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose() => _http.Dispose();

    async Task One(CancellationToken cancellationToken)
    {
        var pause = rate == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)Lines * Senders / rate);
        foreach (var chunk in ReferenceWorkload.Messages(int.MaxValue, time.GetUtcNow()).Chunk(Lines))
        {
            var begun = Stopwatch.GetTimestamp();
            var body = string.Join('\n', chunk.Select(ReferenceWorkload.Line));
            while (!cancellationToken.IsCancellationRequested && !await IsTaken(body))
                Interlocked.Increment(ref _refused);
            if (cancellationToken.IsCancellationRequested)
                return;
            Interlocked.Add(ref _accepted, chunk.Length);
            // What was late stays late: a rate that catches up is another one.
            if (pause - Stopwatch.GetElapsedTime(begun) is { Ticks: > 0 } ahead)
                await Task.Delay(ahead, time, CancellationToken.None);
        }
    }

    async Task<bool> IsTaken(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/x-ndjson");
        using var answer = await _http.PostAsync("/api/observations", content);
        return answer.StatusCode == HttpStatusCode.Accepted;
    }
}
