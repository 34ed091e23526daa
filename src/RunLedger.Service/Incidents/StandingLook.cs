using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>What the conditions that go by how things stand say to each rule that is about one of them.</summary>
sealed class StandingLook(IEnumerable<IStandingCondition> standing)
{
    /// <summary>Of what lasts, whose words are put anew in one look.</summary>
    const int MostReworded = 200;

    /// <returns>Through how many channels nothing gets, and whether there is more than one look takes.</returns>
    public async Task<(int Failing, bool More)> Look(
        LedgerSql sql,
        IncidentBook book,
        List<IncidentRule> rules,
        DateTime watchingSince,
        DateTime now,
        CancellationToken cancellationToken)
    {
        var (failing, more) = (0, false);
        foreach (var condition in standing)
        {
            // That a channel fails is nobody's rule: it has one without a name.
            IncidentRule?[] own = condition.Name == Conditions.Channel
                ? [null]
                : [.. rules.Where(rule => rule.Condition == condition.Name)];
            if (own.Length == 0)
                continue;
            var found = await condition.Find(sql, watchingSince, now, cancellationToken);
            if (condition.Name == Conditions.Channel)
                failing = found.Items.Count;
            foreach (var rule in own)
                more |= Apply(book, condition.Name, rule, found, now);
        }

        return (failing, more);
    }

    // True where there is more than one look takes.
    static bool Apply(IncidentBook book, string condition, IncidentRule? rule, Findings found, DateTime now)
    {
        var (name, reworded) = (rule?.Name ?? "", 0);
        var own = found.Items.Where(finding => rule is null || rule.Asks(finding)).ToList();
        foreach (var finding in own)
        {
            if (book.Find(name, finding.Candidate) is not { } known)
            {
                if (!book.HasRoom)
                    return true;
            }
            else if (finding.Groups.Count == 0 && (known.Said != finding.Said || known.RunId != finding.RunId)
                && reworded++ >= MostReworded)
            {
                continue;
            }

            book.Holds(name, condition, finding, now);
        }

        if (found.Truncated)
            return false;
        var so = own.Select(finding => finding.Candidate).ToHashSet();
        foreach (var incident in book.Lasting.Where(one => one.Rule == name && !so.Contains(one.Candidate)))
        {
            if (!book.HasRoom)
                return true;
            book.Ends(name, incident.Candidate, now);
        }

        return false;
    }
}
