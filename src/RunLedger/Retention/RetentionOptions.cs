namespace RunLedger.Retention;

/// <summary>When runs that are over leave the ledger's tables.</summary>
public sealed class RetentionOptions
{
    internal static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>A hundred years: further back no clock of the ledger goes.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(36_525);

    /// <summary>Periods for some candidates; the first that matches decides, for the statuses it names.</summary>
    /// <value>The default is none, so that <see cref="Default"/> is for all.</value>
    public IList<RetentionPolicy> Policies { get; } = [];

    /// <summary>The periods that no policy says otherwise; a status that is in neither stays for ever.</summary>
    /// <value>
    /// The default is 90 days for completed and cancelled runs, 180 days for failed, stuck and orphan ones.
    /// </value>
    public RetentionPolicy Default { get; set; } = new()
    {
        Periods =
        {
            ["completed"] = TimeSpan.FromDays(90),
            ["cancelled"] = TimeSpan.FromDays(90),
            ["failed"] = TimeSpan.FromDays(180),
            ["stuck"] = TimeSpan.FromDays(180),
            ["orphan"] = TimeSpan.FromDays(180),
        },
    };

    /// <summary>How often retention is applied.</summary>
    /// <value>The default is 1 hour.</value>
    public TimeSpan Every { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many runs one transaction archives; where there are files they share a pair.</summary>
    /// <value>The default is 1,000.</value>
    public int SliceSize { get; set; } = 1_000;

    /// <summary>What is wrong with the options, each in words; empty where nothing is.</summary>
    internal IEnumerable<string> Faults()
    {
        if (Every < Shortest || Every > Longest)
            yield return $"Retention:Every is {Every}: give 1 second to a hundred years.";
        if (SliceSize is < 1 or > 10_000)
            yield return $"Retention:SliceSize is {SliceSize}: give 1 to 10,000.";
        for (var i = 0; i < Policies.Count; i++)
        {
            foreach (var fault in Faults($"Retention:Policies:{i}", Policies[i]))
                yield return fault;
        }

        foreach (var fault in Faults("Retention:Default", Default))
            yield return fault;
        if (Default.Candidate != "*")
            yield return $"Retention:Default:Candidate is '{Default.Candidate}': leave it out, the default is for all "
                + "that no policy matches.";
        foreach (var alike in Policies.Select((policy, at) => (policy.Candidate, at))
            .GroupBy(p => p.Candidate)
            .Where(g => g.Count() > 1))
        {
            yield return $"Retention:Policies {string.Join(" and ", alike.Select(p => p.at))} are both for "
                + $"'{alike.Key}': only the first would ever count, so keep one.";
        }
    }

    static IEnumerable<string> Faults(string where, RetentionPolicy policy)
    {
        if (string.IsNullOrWhiteSpace(policy.Candidate) || policy.Candidate.Length > 512)
            yield return $"{where}:Candidate is empty or has more than 512 characters: give a candidate code, "
                + "with * and ? as wildcards.";
        foreach (var (status, period) in policy.Periods)
        {
            if (!RetentionPolicy.Statuses.Contains(status))
                yield return $"{where}:Periods:{status} is for no status that runs stay in: "
                    + $"give {string.Join(", ", new RetentionOptions().Default.Periods.Keys)}.";
            else if (period < Shortest || period > Longest)
                yield return $"{where}:Periods:{status} is {period}: give 1 second to a hundred years.";
        }
    }
}
