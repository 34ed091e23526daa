using System.Diagnostics;

namespace RunLedger.Benchmarks;

/// <summary>What a message costs a service that keeps up with a steady rate of them.</summary>
static class SteadyCosts
{
    /// <summary>Until what is hot is compiled, and what is judged has begun.</summary>
    const int WarmUpSeconds = 30;

    /// <summary>Of those that expect runs by the minute, and among those of which some fail.</summary>
    public const string Expected = $"{ReferenceWorkload.Candidate}:0";

    /// <summary>
    /// Half of the runs are of one candidate, the others of so many; a prime, so that each fails in turn.
    /// </summary>
    const int Candidates = 53;

    /// <summary>What is not committed so long after the last was published was not kept up with.</summary>
    static readonly TimeSpan Late = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Measures one service.</summary>
    /// <param name="servers">Its database and its broker.</param>
    /// <param name="queue">Its queue.</param>
    /// <param name="settings">What is set.</param>
    /// <param name="rate">Messages a second.</param>
    /// <param name="seconds">For how long, after it is warm.</param>
    /// <param name="failing">One run in so many fails.</param>
    /// <param name="time">The clock.</param>
    /// <returns>CPU µs a message; of the service's process, of PostgreSQL and of the broker.</returns>
    /// <exception cref="BenchException">It did not keep up.</exception>
    public static async Task<Costs> Measure(
        Servers servers,
        string queue,
        IReadOnlyDictionary<string, string> settings,
        int rate,
        int seconds,
        int failing,
        TimeProvider time)
    {
        await using var service = await ServiceProcess.Start(servers.Postgres, "", settings, time);
        await using var connection = await servers.Connect();
        await using var channel = await Servers.OpenConfirmedChannel(connection);
        var runs = rate * (WarmUpSeconds + seconds) / ReferenceWorkload.MessagesPerRun;
        var apart = TimeSpan.FromSeconds((double)ReferenceWorkload.MessagesPerRun / rate);
        var (clock, confirms, published) = (Stopwatch.StartNew(), new Queue<Task>(), 0);
        Costs? warm = null;
        foreach (var message in ReferenceWorkload.Messages(runs, time.GetUtcNow(), apart, Of))
        {
            // Every millisecond the messages that are due.
            while (published > clock.Elapsed.TotalSeconds * rate)
                await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            if (published == rate * WarmUpSeconds)
                warm = Now();
            confirms.Enqueue(QueuePreload.Publish(channel, queue, message));
            published++;
            while (confirms.Count > 1_000)
                await confirms.Dequeue();
        }

        await Task.WhenAll(confirms);
        var expected = published / ReferenceWorkload.MessagesPerRun;
        for (var waited = Stopwatch.StartNew(); await Ended() is var ended && ended < expected;)
        {
            if (waited.Elapsed > Late)
            {
                throw new BenchException(
                    $"It did not keep up: {ended:N0} of {expected:N0} runs ended. Take a lower --rate.");
            }

            await Task.Delay(Pause, time);
        }

        // What is confirmed to the publisher is not committed yet: that work counts too.
        return (Now() - warm!) / (published - rate * WarmUpSeconds);

        Costs Now() => Costs.Now() with { Own = service.Cpu.TotalMicroseconds };

        Task<long> Ended() => servers.Query<long>(
            "select coalesce(sum(runs), 0)::bigint from run_status_count where status in ('completed', 'failed')");

        (string Candidate, bool Fails) Of(int n) => n % 2 == 0
            ? (ReferenceWorkload.Candidate, false)
            : ($"{ReferenceWorkload.Candidate}:{n / 2 % Candidates}", n / 2 % failing == 0);
    }
}
