using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>Observations per second before, during and after work that the ledger does in the background.</summary>
sealed record BackgroundWorkRates(double Before, double During, double After, TimeSpan Duration)
{
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <param name="servers">Where to measure.</param>
    /// <param name="queue">The queue of the ledger.</param>
    /// <param name="configure">Sets the options of the ledger; null for the defaults.</param>
    /// <param name="without">How long to measure before the work, and after it.</param>
    /// <param name="start">Makes the work due.</param>
    /// <param name="count">How many runs are done.</param>
    /// <param name="runs">How many there are to do.</param>
    /// <param name="limit">How long the work may take.</param>
    /// <param name="time">The clock of the load.</param>
    /// <exception cref="BenchException">The work took longer.</exception>
    public static async Task<BackgroundWorkRates> Measure(
        Servers servers,
        string queue,
        Action<RunLedgerOptions>? configure,
        TimeSpan without,
        Func<Task> start,
        Func<Task<long>> count,
        int runs,
        TimeSpan limit,
        TimeProvider time)
    {
        var consumption = new ConsumeTimer();
        using var load = new PublishLoad(servers, queue, time);
        consumption.Done = load.Committed;
        using var host = BenchmarkHost.Ledger(servers, queue, consumption, configure: configure);
        await host.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = load.Publish(stop.Token);

        await Task.Delay(WarmUp, time);
        var before = await load.Rate(() => Task.Delay(without, time));
        await start();
        // The work begins with the next round of the ledger.
        await WaitFor(1);
        var clock = Stopwatch.StartNew();
        var during = await load.Rate(() => WaitFor(runs));
        var duration = clock.Elapsed;
        var after = await load.Rate(() => Task.Delay(without, time));
        await stop.CancelAsync();
        await publishing;
        await host.StopAsync();
        return new(before, during, after, duration);

        async Task WaitFor(int expected)
        {
            var waiting = Stopwatch.StartNew();
            while (await count() is var done && done < expected)
            {
                if (publishing.IsCompleted)
                    await publishing;
                if (waiting.Elapsed > limit)
                    throw new BenchException($"{done:N0} of {expected:N0} runs are done after {limit}.");
                await Task.Delay(PollInterval, time);
            }
        }
    }

    /// <param name="work">What was done, for the row of it.</param>
    public Table ToTable(string work)
    {
        var table = new Table().AddColumns("", "observations/s");
        table.AddRow("before", $"{Before:N0}");
        table.AddRow(work, $"{During:N0}");
        table.AddRow("after", $"{After:N0}");
        table.AddRow("ratio to the mean of before and after", $"{During / ((Before + After) / 2):N2}");
        return table;
    }
}
