using System.Text.Json;
using RunLedger.Deadlines;

namespace RunLedger.Unlike;

/// <summary>
/// How far runs were counted, in the order in which they were settled: twice, shortly after and long after, for what
/// was committed late. Which of them are counted already is known by their ids.
/// </summary>
/// <param name="Soon">Up to where the first pass is.</param>
/// <param name="Late">Up to where the second is.</param>
sealed record CountingPlace(string Soon, string Late)
{
    /// <summary>Longer than a commit takes.</summary>
    public static readonly TimeSpan AfterSoon = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a commit is tried again for in all but a long outage.</summary>
    public static readonly TimeSpan AfterLate = TimeSpan.FromHours(1);

    static readonly string Beginning = new SettledPoint(DateTime.UnixEpoch, Guid.Empty).ToString();

    public static CountingPlace Read(string? stored) => string.IsNullOrEmpty(stored)
        ? new(Beginning, Beginning)
        : JsonSerializer.Deserialize<CountingPlace>(stored)!;

    public string Write() => JsonSerializer.Serialize(this);

    /// <summary>Where a pass goes on; a clock that was ahead is got over.</summary>
    public SettledPoint From(bool late, DateTime now)
    {
        var point = SettledPoint.Parse(late ? Late : Soon);
        var most = now - (late ? 2 * AfterLate : AfterLate);
        return point.At <= now ? point : new(most, Guid.Empty);
    }

    public CountingPlace With(bool late, SettledPoint at) =>
        late ? this with { Late = at.ToString() } : this with { Soon = at.ToString() };
}
