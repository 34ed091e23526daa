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

    /// <summary>Runs of one look times rules that go by them: each of them takes statements.</summary>
    const int MostEnds = 5_000;
    const int LeastSlice = 20;
    const int MostForgotten = 500;

    /// <summary>What another replica has not committed for longer than that, it never will.</summary>
    static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    readonly StandingLook _standing = new(standing);

    /// <summary>Looks once. True where there is more to look at.</summary>
    public async Task<bool> Once(CancellationToken cancellationToken)
    {
        var (more, told, failing) = await ledger.InOne(sql => Look(sql, cancellationToken), cancellationToken);
        if (failing is { } channels)
            meter.Looked(channels);
        foreach (var kind in told)
            meter.Told(kind);
        if (told.Count > 0)
            signal.Raise();
        return more;
    }

    // Without a number of channels that fail where another replica is looking.
    async Task<(bool More, List<string> Told, int? Failing)> Look(LedgerSql sql, CancellationToken cancellationToken)
    {
        var now = LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
        if (await IncidentSql.Take(sql, now, cancellationToken) is not { } known)
            return (false, [], null);
        var mark = known.Looked(now, options.Value.LookEvery);
        // A clock that was ahead is got over.
        await RuleSql.ArmInTime(sql, now, cancellationToken);
        var rules = await RuleSql.All(sql, cancellationToken);
        var book = new IncidentBook(await IncidentSql.Undone(sql, IncidentBook.Most, cancellationToken));

        var unended = EndOrphaned(book, rules, now);
        (mark, var unread) = await Ends(sql, book, rules, mark, now, cancellationToken);
        var (failing, unsaid) = await _standing.Look(
            sql, book, rules, mark.WatchingSince, now, cancellationToken);
        // What is told refers to its incident.
        await Write(sql, book, cancellationToken);
        var (told, untold) = await teller.Tell(
            sql, book, rules.ToDictionary(rule => rule.Name), now, cancellationToken);
        await Write(sql, book, cancellationToken);

        await IncidentSql.Forget(sql, now - options.Value.KeepFor, MostForgotten, cancellationToken);
        mark = await RunMemories.Forget(sql, book, rules, mark, now, cancellationToken);
        // Where there is nothing to look for nobody looks.
        if (rules.Count > 0 || book.All.Count > 0)
            await IncidentSql.Note(sql, mark, cancellationToken);
        return (unended || unread || unsaid || untold, told, failing);
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

    // Those whose rule is gone, or was put anew: what nobody was told of is told to nobody. True where there are more.
    static bool EndOrphaned(IncidentBook book, List<IncidentRule> rules, DateTime now)
    {
        var armed = rules.ToDictionary(rule => rule.Name, rule => rule.ArmedAt);
        foreach (var incident in book.Lasting.Where(incident => incident.Condition != Conditions.Channel
            && !(armed.TryGetValue(incident.Rule, out var at) && at <= incident.BeganAt)))
        {
            if (!book.HasRoom)
                return true;
            book.Withdraw(incident, now);
        }

        return false;
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
        var limit = Math.Clamp(MostEnds / of.Count, LeastSlice, SliceSize);
        var runs = await EndedRuns.After(sql, at, run, now - Settling, limit, cancellationToken);
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
        return (mark with { At = at, Run = run }, runs.Count == limit);
    }

    static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;
}
