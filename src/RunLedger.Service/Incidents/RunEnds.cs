using System.Globalization;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>What runs that ended say for one rule, one after another.</summary>
sealed class RunEnds(IncidentRule rule, IncidentBook book)
{
    /// <summary>Takes a slice, in order.</summary>
    public async Task Take(LedgerSql sql, IReadOnlyCollection<EndedRun> runs, CancellationToken cancellationToken)
    {
        var own = runs.Where(run => run.SettledAt >= rule.ArmedAt && run.Counts && rule.IsFor(run.Candidate)).ToList();
        if (own.Count == 0)
            return;
        var candidates = own.Select(run => run.Candidate).Distinct().ToArray();
        var before = await IncidentSql.Memories(sql, rule.Name, candidates, cancellationToken);
        var memories = new Dictionary<string, RunMemory>(before);
        foreach (var run in own)
        {
            var known = memories.GetValueOrDefault(run.Candidate) ?? RunMemory.None;
            // A rate is of many runs; one alone may have been heard of late.
            if (rule.Condition != Conditions.Rate && (run.Failed || known.Streak > 0)
                && await EndedRuns.IsOvertaken(sql, run, cancellationToken))
                continue;
            var memory = known.With(rule, run.Failed, run.SettledAt);
            memories[run.Candidate] = memory;
            if (Said(memory, run.Candidate, run.SettledAt) is { } said)
                book.Holds(rule.Name, rule.Condition, Finding(run, said), run.SettledAt);
            else
                book.Ends(rule.Name, run.Candidate, run.SettledAt);
        }

        foreach (var (candidate, memory) in memories)
        {
            if (!memory.IsEmpty || before.ContainsKey(candidate))
                await IncidentSql.Remember(sql, rule.Name, candidate, memory, cancellationToken);
        }
    }

    /// <summary>Ends what time alone ended: failures that left the time of a rate.</summary>
    public async Task Pass(LedgerSql sql, DateTime now, CancellationToken cancellationToken)
    {
        if (rule is not { Condition: Conditions.Rate, Window: not null })
            return;
        var lasting = book.Lasting.Where(incident => incident.Rule == rule.Name).Select(one => one.Candidate).ToArray();
        if (lasting.Length == 0)
            return;
        var memories = await IncidentSql.Memories(sql, rule.Name, lasting, cancellationToken);
        foreach (var candidate in lasting)
        {
            if (Said(memories.GetValueOrDefault(candidate) ?? RunMemory.None, candidate, now) is null)
                book.Ends(rule.Name, candidate, now);
        }
    }

    static Finding Finding(EndedRun run, string said) =>
        new(run.Candidate, said, run.Group is { } group ? [group] : [], run.Failed ? run.Id : null);

    /// <summary>What is so; null where it is not.</summary>
    string? Said(RunMemory memory, string candidate, DateTime at) => rule.Condition switch
    {
        Conditions.Rate => memory.Rate(rule, at) is { } rate && rate.Failed * 100 >= rule.Percent * rate.Ended
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{rate.Failed} of the last {rate.Ended} runs of {candidate} failed"
                + $"{(rule.Window is { } window ? $", within {Phrases.Long(window)}" : "")}.")
            : null,
        Conditions.InARow when memory.Streak < rule.Runs => null,
        _ when memory.Streak == 0 => null,
        _ => memory.Streak == 1
            ? $"A run of {candidate} failed."
            : $"The last {Phrases.Count(memory.Streak)} runs of {candidate} failed.",
    };
}
