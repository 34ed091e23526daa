using Microsoft.Extensions.Options;
using RunLedger.Folding;
using RunLedger.Service.Channels;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>
/// Looks whether the conditions of rules hold. A look is one transaction, which holds the mark of how far runs were
/// looked at: of several replicas one looks, and what dies in the middle has done nothing.
/// </summary>
sealed class IncidentWatch(
    ILedgerTransactions ledger,
    IEnumerable<IStandingCondition> standing,
    IncidentTeller teller,
    DeliverySignal signal,
    IncidentMeter meter,
    IOptions<IncidentOptions> options,
    TimeProvider time)
{
    /// <summary>Runs of one look.</summary>
    public const int SliceSize = 500;
    const int MostForgotten = 500;

    /// <summary>What another replica has not committed for longer than that, it never will.</summary>
    static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>Looks once. True where there is more to look at.</summary>
    public async Task<bool> Once(CancellationToken cancellationToken)
    {
        var (more, told) = await ledger.InOne(sql => Look(sql, cancellationToken), cancellationToken);
        foreach (var kind in told)
            meter.Told(kind);
        if (told.Count > 0)
            signal.Raise();
        return more;
    }

    async Task<(bool More, List<string> Told)> Look(LedgerSql sql, CancellationToken cancellationToken)
    {
        var now = LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
        if (await IncidentSql.Take(sql, now, cancellationToken) is not { } known)
            return (false, []);
        var mark = known.Looked(now, options.Value.LookEvery);
        // A clock that was ahead is got over.
        await RuleSql.ArmInTime(sql, now, cancellationToken);
        var rules = await RuleSql.All(sql, cancellationToken);
        var book = new IncidentBook(await IncidentSql.Undone(sql, IncidentBook.Most, cancellationToken));

        EndOrphaned(book, rules, now);
        (mark, var more) = await Ends(sql, book, rules, mark, now, cancellationToken);
        await Stand(sql, book, rules, mark.WatchingSince, now, cancellationToken);
        // What is told refers to its incident.
        await Write(sql, book, cancellationToken);
        var told = await teller.Tell(
            sql, book, rules.ToDictionary(rule => rule.Name), now, cancellationToken);
        await Write(sql, book, cancellationToken);

        await IncidentSql.Forget(sql, now - options.Value.KeepFor, MostForgotten, cancellationToken);
        // Where there is nothing to look for nobody looks.
        if (rules.Count > 0 || book.All.Count > 0)
            await IncidentSql.Note(sql, mark, cancellationToken);
        return (more, told);
    }

    // Of a rule and a candidate one may end and the next begin: the end first.
    static async Task Write(LedgerSql sql, IncidentBook book, CancellationToken cancellationToken)
    {
        foreach (var (incident, _) in book.Changed.Where(changed => !changed.IsNew))
            await IncidentSql.Update(sql, incident, cancellationToken);
        foreach (var (incident, _) in book.Changed.Where(changed => changed.IsNew))
            await IncidentSql.Insert(sql, incident, cancellationToken);
        book.Written();
    }

    // Those whose rule is gone, or was put anew: what nobody was told of is told to nobody.
    static void EndOrphaned(IncidentBook book, List<IncidentRule> rules, DateTime now)
    {
        foreach (var incident in book.Lasting.Where(incident => incident.Condition != Conditions.Channel))
        {
            if (!rules.Exists(rule => rule.Name == incident.Rule && rule.ArmedAt <= incident.BeganAt))
                book.Withdraw(incident, now);
        }
    }

    static async Task<(IncidentMark Mark, bool More)> Ends(
        LedgerSql sql,
        IncidentBook book,
        List<IncidentRule> rules,
        IncidentMark mark,
        DateTime now,
        CancellationToken cancellationToken)
    {
        var of = rules.Where(rule => Conditions.IsOfEnds(rule.Condition)).ToList();
        if (of.Count == 0)
        {
            // Nobody asks for what ended until now.
            return (mark with { At = Later(mark.At, now - Settling), Run = Guid.Empty }, false);
        }

        // A rule that is new has nothing before it.
        var armed = of.Min(rule => rule.ArmedAt);
        var (at, run) = armed > mark.At ? (armed, Guid.Empty) : (mark.At, mark.Run);
        var runs = await EndedRuns.After(sql, at, run, now - Settling, SliceSize, cancellationToken);
        if (runs.Count > 0)
        {
            var last = runs[^1];
            (at, run) = (last.SettledAt, last.Id);
            var asked = await EndedRuns.WithGroups(
                sql, [.. runs.Where(one => one.Counts && of.Exists(rule => rule.IsFor(one.Candidate)))],
                cancellationToken);
            foreach (var rule in of)
                await new RunEnds(rule, book).Take(sql, asked, cancellationToken);
        }

        foreach (var rule in of)
            await new RunEnds(rule, book).Pass(sql, now, cancellationToken);
        return (mark with { At = at, Run = run }, runs.Count == SliceSize);
    }

    async Task Stand(
        LedgerSql sql,
        IncidentBook book,
        List<IncidentRule> rules,
        DateTime watchingSince,
        DateTime now,
        CancellationToken cancellationToken)
    {
        foreach (var condition in standing)
        {
            // That a channel fails is nobody's rule: it has one without a name.
            IncidentRule?[] own = condition.Name == Conditions.Channel
                ? [null]
                : [.. rules.Where(rule => rule.Condition == condition.Name)];
            if (own.Length == 0)
                continue;
            var found = await condition.Find(sql, watchingSince, now, cancellationToken);
            foreach (var rule in own)
                Apply(book, condition.Name, rule, found, now);
        }
    }

    static void Apply(IncidentBook book, string condition, IncidentRule? rule, Findings found, DateTime now)
    {
        var name = rule?.Name ?? "";
        var own = found.Items.Where(finding => rule is null || rule.Asks(finding)).ToList();
        foreach (var finding in own)
            book.Holds(name, condition, finding, now);
        if (found.Truncated)
            return;
        var so = own.Select(finding => finding.Candidate).ToHashSet();
        foreach (var incident in book.Lasting.Where(one => one.Rule == name && !so.Contains(one.Candidate)))
            book.Ends(name, incident.Candidate, now);
    }

    static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;
}
