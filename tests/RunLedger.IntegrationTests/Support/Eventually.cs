using System.Diagnostics;

namespace RunLedger.IntegrationTests.Support;

/// <summary>Waits for a condition, with a limit.</summary>
static class Eventually
{
    static readonly TimeSpan Often = TimeSpan.FromMilliseconds(25);
    static readonly TimeSpan Seldom = TimeSpan.FromMilliseconds(500);

    /// <param name="problem">Says what is not yet so; null when all is.</param>
    /// <param name="limit">When to fail, with the last problem.</param>
    /// <param name="more">Added to the failure: what would help to understand it.</param>
    public static async Task Async(Func<Task<string?>> problem, TimeSpan limit, Func<string>? more = null)
    {
        var clock = Stopwatch.StartNew();
        while (await problem() is { } last)
        {
            if (clock.Elapsed > limit)
                Assert.Fail($"Not within {limit.TotalSeconds:N0} s: {last}\n{more?.Invoke()}");
            // Looking costs what is waited for: many look at all the rows.
            var pause = TimeSpan.FromTicks(Math.Clamp(clock.Elapsed.Ticks / 20, Often.Ticks, Seldom.Ticks));
            await Task.Delay(pause, TestContext.Current.CancellationToken);
        }
    }
}
