namespace RunLedger.Expectations;

/// <summary>How slots of expected runs are judged.</summary>
public sealed class ExpectedOptions
{
    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    // More than the longest grace: what is forgotten was judged.
    static readonly TimeSpan ShortestKept = TimeSpan.FromDays(8);
    static readonly TimeSpan Longest = TimeSpan.FromDays(3_653);

    /// <summary>How often slots whose grace is over are looked for.</summary>
    /// <value>The default is 15 seconds.</value>
    public TimeSpan JudgeEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long it is known which runs a slot had, and that it was missed.</summary>
    /// <value>The default is 35 days.</value>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(35);

    /// <summary>What is wrong with the options, each in words; empty where nothing is.</summary>
    internal IEnumerable<string> Faults()
    {
        if (JudgeEvery < Shortest || JudgeEvery > Longest)
            yield return $"Expected:JudgeEvery is {JudgeEvery}: give 1 second to ten years.";
        if (KeepFor < ShortestKept || KeepFor > Longest)
            yield return $"Expected:KeepFor is {KeepFor}: give 8 days to ten years.";
    }
}
