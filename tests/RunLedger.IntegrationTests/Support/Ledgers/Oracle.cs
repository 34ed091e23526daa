using System.Globalization;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>
/// The rows a set of observations makes, by the rules as they are written down and by nothing of the ledger's code:
/// slow, plain, and computed before anything is sent. It sorts what was said of a row and looks; it merges nothing.
/// </summary>
static class Oracle
{
    /// <summary>A line per row, sorted; <see cref="LedgerRows"/> writes the tables' rows the same way.</summary>
    public static List<string> Rows(IReadOnlyCollection<Sent> sent)
    {
        var steps = sent.Where(message => message.IsStep).ToList();
        var runs = Names(sent, message => message.RunId, message => message.IsStep ? null : message.Key,
            message => message.IsStep ? 2 : message.Contract == "RunStarted" ? 0 : 1);
        var components = Names(steps, message => message.ComponentId!.Value, message => message.Key,
            message => message.Contract == "StepStarted" ? 0 : 1);
        var headers = sent.GroupBy(message => runs[message.RunId]).ToDictionary(run => run.Key, run => run.ToList());
        return
        [
            .. headers.Select(run => Run(run.Key, run.Value))
                .Concat(steps.GroupBy(message => components[message.ComponentId!.Value])
                    .Select(component => Component(component.Key, runs, [.. component])))
                .Concat(Others("run", runs))
                .Concat(Keys("run", sent.Where(message => !message.IsStep), message => runs[message.RunId]))
                .Concat(Others("component", components))
                .Concat(Keys("component", steps, message => components[message.ComponentId!.Value]))
                .Concat(headers.Values.GroupBy(Status).Select(of => $"{of.Count()} {of.Key}"))
                .Order(StringComparer.Ordinal),
        ];
    }

    static string Run(Guid id, List<Sent> about)
    {
        var best = about.OrderBy(message => message.IsStep ? 2 : message.Contract == "RunStarted" ? 0 : 1)
            .ThenBy(message => message.At).ToList();
        var told = best.FindAll(message => !message.IsStep);
        var identities = about.Select(message => (message.Candidate, message.Correlation, message.Source));
        return $"run {id} {Status(about)} {best[0].Candidate} {best[0].Correlation} {best[0].Source} "
            + $"{First(best, message => message.ParentRunId)} {First(told, message => message.Key)} "
            + $"{First(told, message => message.InputRef)} "
            + Ending(told, told.FindAll(OfLastAttempt(about)), "RunStarted", identities.Distinct().Count());
    }

    static Predicate<Sent> OfLastAttempt(List<Sent> about)
    {
        var last = about.Max(message => message.Attempt ?? 1);
        return message => (message.Attempt ?? 1) == last;
    }

    static string Component(Guid id, Dictionary<Guid, Guid> runs, List<Sent> about)
    {
        var best = about.OrderBy(message => message.Contract == "StepStarted" ? 0 : 1)
            .ThenBy(message => message.At)
            .ToList();
        var end = End(about);
        var status = end?.Contract switch
        {
            null => "step_started",
            "StepFailed" => "failed",
            "StepCancelled" => "cancelled",
            _ => "step_completed",
        };
        var identities = about.Select(message => (message.RunId, message.Correlation, message.Source));
        return $"component {id} of {runs[best[0].RunId]} {status} {best[0].Correlation} {best[0].Source} "
            + $"{First(best, message => message.DotCode)} {First(best, message => message.Role)} "
            + $"{First(best, message => message.EventCode)} {First(best, message => message.QueueJobId)} "
            + $"{First(best, message => message.ParentRunId)} {First(best, message => message.Key)} "
            + $"{First(best, message => message.InputRef)} "
            + Ending(best, best, "StepStarted", identities.Distinct().Count());
    }

    static string Status(List<Sent> about)
    {
        var counting = about.FindAll(OfLastAttempt(about)).FindAll(message => !message.IsStep);
        var start = counting.Where(message => message.Contract == "RunStarted").MinBy(message => message.At);
        var step = about.Where(message => message.IsStep).MaxBy(message => (message.Attempt ?? 1, message.At));
        // One that names no attempt is of the last where it came after its start.
        if (counting.Count > 0 && counting[0].Attempt > 1 && !(step?.At >= start?.At))
            step = null;
        return End(counting) is { } end
            ? end.Contract["Run".Length..].ToLowerInvariant()
            : step is not null ? step.Contract == "StepCompleted" ? "step_completed" : "step_started"
            : start is not null ? "started"
            : "observed";
    }

    /// <summary>What both tables say last: output, error, times, how much disagrees, and the evidence.</summary>
    static string Ending(List<Sent> about, List<Sent> counting, string started, int identities)
    {
        var end = End(counting);
        var start = counting.Where(message => message.Contract == started).MinBy(message => message.At);
        // That a component was given up is no disagreement with how it ended.
        var ends = counting.Where(message => message.IsEnd && message != end && message.Contract != "StepCancelled");
        var conflicts = Told(identities - 1) + Told(ends.Count());
        var evidence = about.Where(message => message.Evidence is not null).GroupBy(message => message.Contract)
            .OrderBy(of => of.Key, StringComparer.Ordinal)
            .Select(of => of.Key is "RunHeartbeat" or "RunObserved"
                ? of.MaxBy(message => message.At)!
                : of.OrderByDescending(message => message.Attempt ?? 1).ThenBy(message => message.At).First())
            .Select(message => $" {message.Contract}={message.Evidence}");
        return $"{end?.OutputRef ?? "-"} {end?.ErrorRef ?? "-"} {Time(start)} {Time(end)} {conflicts} "
            + $"conflicts{string.Concat(evidence)}";

        // The least 32 that lost, and that there were more.
        static int Told(int losers) => losers > 32 ? 33 : Math.Max(losers, 0);
    }

    // What a component says itself counts before somebody's word that nobody waits for it.
    static Sent? End(List<Sent> about) =>
        about.Where(message => message.IsEnd).MinBy(message => (message.Contract == "StepCancelled", message.At));

    static object First(List<Sent> best, Func<Sent, object?> value) =>
        best.Select(value).FirstOrDefault(given => given is not null) ?? "-";

    static IEnumerable<string> Others(string what, Dictionary<Guid, Guid> names) =>
        names.Where(name => name.Key != name.Value).Select(name => $"{what} {name.Key} is {name.Value}");

    static IEnumerable<string> Keys(string what, IEnumerable<Sent> sent, Func<Sent, Guid> name) =>
        sent.Where(message => message.Key is not null)
            .Select(message => $"{what} key {message.Key} is {name(message)}")
            .Distinct();

    /// <summary>
    /// The name under which each id is kept: ids that share a key go by that of the best observation.
    /// </summary>
    static Dictionary<Guid, Guid> Names(
        IReadOnlyCollection<Sent> sent, Func<Sent, Guid> id, Func<Sent, string?> key, Func<Sent, int> rank)
    {
        var names = new Dictionary<Guid, Guid>();
        var ofId = sent.ToLookup(id);
        var ofKey = sent.Where(message => key(message) is not null).ToLookup(message => key(message)!);
        foreach (var one in ofId)
        {
            var keys = one.Select(key).OfType<string>().Distinct();
            var same = keys.SelectMany(shared => ofKey[shared]).Select(id).Append(one.Key).Distinct();
            names[one.Key] = id(
                same.SelectMany(name => ofId[name]).OrderBy(rank).ThenBy(message => message.At).First());
        }

        return names;
    }

    // Cut to microseconds, as the format does.
    static string Time(Sent? message) =>
        message?.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture) ?? "-";
}
