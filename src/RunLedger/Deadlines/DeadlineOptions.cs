namespace RunLedger.Deadlines;

/// <summary>When runs count as stuck, and rows as orphans.</summary>
public sealed class DeadlineOptions
{
    /// <summary>The shortest limit and the shortest time between two sweeps.</summary>
    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The longest limit, and the longest time between two sweeps: ten years.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromDays(3_653);

    /// <summary>Policies for some candidates; the first that matches decides, alone.</summary>
    /// <value>The default is none, so that <see cref="Default"/> is for all.</value>
    public IList<DeadlinePolicy> Policies { get; } = [];

    /// <summary>The policy of candidates that no other matches.</summary>
    /// <value>The default is start 10 minutes, run 1 hour, no quiet limit, orphan grace 5 minutes.</value>
    public DeadlinePolicy Default { get; set; } = new()
    {
        Start = TimeSpan.FromMinutes(10),
        Run = TimeSpan.FromHours(1),
        OrphanGrace = TimeSpan.FromMinutes(5),
    };

    /// <summary>How often runs that passed a limit are looked for.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with the options, each in words; empty where nothing is.</summary>
    internal IEnumerable<string> Faults()
    {
        if (SweepEvery < Shortest || SweepEvery > Longest)
            yield return $"Deadlines:SweepEvery is {SweepEvery}: give 1 second to ten years.";
        for (var i = 0; i < Policies.Count; i++)
        {
            foreach (var fault in Faults($"Deadlines:Policies:{i}", Policies[i]))
                yield return fault;
        }

        foreach (var fault in Faults("Deadlines:Default", Default))
            yield return fault;
        if (Default.Candidate != "*")
            yield return $"Deadlines:Default:Candidate is '{Default.Candidate}': leave it out, the default is for all "
                + "that no policy matches.";
        foreach (var alike in Policies.Select((policy, at) => (policy.Candidate, at))
            .GroupBy(p => p.Candidate)
            .Where(g => g.Count() > 1))
        {
            yield return $"Deadlines:Policies {string.Join(" and ", alike.Select(p => p.at))} are both for "
                + $"'{alike.Key}': only the first would ever count, so keep one.";
        }
    }

    static IEnumerable<string> Faults(string where, DeadlinePolicy policy)
    {
        if (string.IsNullOrWhiteSpace(policy.Candidate) || policy.Candidate.Length > 512)
            yield return $"{where}:Candidate is empty or has more than 512 characters: give a candidate code, "
                + "with * and ? as wildcards.";
        foreach (var (name, limit) in ((string, TimeSpan?)[])
            [
                ("Start", policy.Start),
                ("Run", policy.Run),
                ("Quiet", policy.Quiet),
                ("OrphanGrace", policy.OrphanGrace),
            ])
        {
            if (limit < Shortest || limit > Longest)
                yield return $"{where}:{name} is {limit}: give 1 second to ten years, or leave it out for none.";
        }
    }
}
