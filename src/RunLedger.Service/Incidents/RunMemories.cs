using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>Forgets what rules remember of candidates that nobody hears of any more.</summary>
static class RunMemories
{
    const int Most = 100;

    /// <summary>A slice with each look, from where the last one ended.</summary>
    public static async Task<IncidentMark> Forget(
        LedgerSql sql,
        IncidentBook book,
        List<IncidentRule> rules,
        IncidentMark mark,
        DateTime now,
        CancellationToken cancellationToken)
    {
        var slice = await IncidentSql.Remembered(
            sql, mark.Rule, mark.Candidate, Most, cancellationToken);
        var byName = rules.ToDictionary(rule => rule.Name);
        foreach (var (name, candidate, memory) in slice)
        {
            if (memory.At is null)
            {
                await IncidentSql.Remember(sql, name, candidate, memory with { At = now }, cancellationToken);
            }
            else if (book.Find(name, candidate) is null
                && byName.TryGetValue(name, out var rule) && memory.IsOld(rule, now))
            {
                await IncidentSql.Remember(sql, name, candidate, RunMemory.None, cancellationToken);
            }
        }

        return slice.Count < Most
            ? mark with { Rule = "", Candidate = "" }
            : mark with { Rule = slice[^1].Rule, Candidate = slice[^1].Candidate };
    }
}
