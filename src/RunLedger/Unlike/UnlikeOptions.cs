namespace RunLedger.Unlike;

/// <summary>When a run or a component counts as unlike those before it.</summary>
public sealed class UnlikeOptions
{
    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Longest = TimeSpan.FromDays(3_653);

    /// <summary>How often durations are counted and open runs looked at.</summary>
    /// <value>The default is 15 seconds.</value>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many runs there have to be before one is called unlike them.</summary>
    /// <value>The default is 20, which is also the least.</value>
    public int NeededRuns { get; set; } = 20;

    /// <summary>
    /// After so long a duration counts half as much as a new one: how soon what has become slower is usual.
    /// </summary>
    /// <value>The default is 30 days.</value>
    public TimeSpan HalfLife { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Slow is longer than so many times what 95 of 100 runs took at most; suspicious is shorter than what 95 of 100
    /// took at least, divided by it.
    /// </summary>
    /// <value>The default is 3; at least 1.5.</value>
    public double Factor { get; set; } = 3;

    /// <summary>And longer than that by so much at least.</summary>
    /// <value>The default is one minute.</value>
    public TimeSpan SlowFloor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What is suspicious is shorter than that by so much at least.</summary>
    /// <value>The default is one second.</value>
    public TimeSpan FastFloor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with the options, each in words; empty where nothing is.</summary>
    internal IEnumerable<string> Faults()
    {
        if (LookEvery < Shortest || LookEvery > Longest)
            yield return $"Unlike:LookEvery is {LookEvery}: give 1 second to ten years.";
        if (NeededRuns is < DurationRule.LeastRuns or > 10_000)
            yield return $"Unlike:NeededRuns is {NeededRuns}: give {DurationRule.LeastRuns} to 10000.";
        if (HalfLife < TimeSpan.FromHours(1) || HalfLife > Longest)
            yield return $"Unlike:HalfLife is {HalfLife}: give 1 hour to ten years.";
        if (Factor is not (>= 1.5 and <= 1_000))
            yield return FormattableString.Invariant($"Unlike:Factor is {Factor}: give 1.5 to 1000.");
        if (SlowFloor < TimeSpan.Zero || SlowFloor > Longest)
            yield return $"Unlike:SlowFloor is {SlowFloor}: give 0 to ten years.";
        if (FastFloor < TimeSpan.Zero || FastFloor > Longest)
            yield return $"Unlike:FastFloor is {FastFloor}: give 0 to ten years.";
    }
}
