namespace RunLedger.IntegrationTests.Broker;

/// <summary>Waits for a condition, with a limit.</summary>
static class Eventually
{
    /// <param name="actual">Looked at again and again.</param>
    /// <param name="expected">What it has to become.</param>
    /// <param name="limit">After this the last look is asserted.</param>
    /// <param name="told">What to add to the failure.</param>
    public static async Task Equal<T>(T expected, Func<Task<T>> actual, TimeSpan limit, Func<string>? told = null)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (true)
        {
            var last = await actual();
            if (EqualityComparer<T>.Default.Equals(expected, last))
                return;
            if (Environment.TickCount64 > deadline)
                Assert.Fail($"After {limit}:\nexpected: {Cut(expected)}\nactual:   {Cut(last)}\n{told?.Invoke()}");
            await timer.WaitForNextTickAsync();
        }
    }

    static string Cut(object? value) => value?.ToString() is { Length: > 2_000 } text ? text[..2_000] + "…" : $"{value}";
}
