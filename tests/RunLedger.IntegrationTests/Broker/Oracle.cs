using System.Globalization;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>
/// The rows a set of observations makes, by the rules as they are written down and by nothing of the ledger's code:
/// slow, plain, and computed before anything is sent.
/// </summary>
static class Oracle
{
    /// <summary>A line per row, sorted; <see cref="LedgerRows"/> writes the tables' rows the same way.</summary>
    public static List<string> Rows(IReadOnlyCollection<Sent> sent)
    {
        var steps = sent.Where(message => message.ComponentId is not null).ToList();
        var runs = Names(sent, message => message.RunId, message => message.ComponentId is null ? message.Key : null,
            message => message.ComponentId is not null ? 2 : message.Contract == "RunStarted" ? 0 : 1);
        var components = Names(steps, message => message.ComponentId!.Value, message => message.Key,
            message => message.Contract == "StepStarted" ? 0 : 1);
        return
        [
            .. sent.GroupBy(message => runs[message.RunId]).Select(run => Run(run.Key, [.. run]))
                .Concat(steps.GroupBy(message => components[message.ComponentId!.Value])
                    .Select(component => Component(component.Key, runs[component.First().RunId], [.. component])))
                .Order(StringComparer.Ordinal),
        ];
    }

    static string Run(Guid id, List<Sent> about)
    {
        var end = about.Where(message => message.Contract is "RunCompleted" or "RunFailed" or "RunCancelled")
            .MinBy(message => message.At);
        var step = about.Where(message => message.ComponentId is not null).MaxBy(message => message.At);
        var start = about.Where(message => message.Contract == "RunStarted").MinBy(message => message.At);
        var status = end is not null ? end.Contract["Run".Length..].ToLowerInvariant()
            : step is not null ? step.Contract == "StepCompleted" ? "step_completed" : "step_started"
            : start is not null ? "started"
            : "observed";
        return $"run {id} {status} {Time(start)} {Time(end)} {end?.OutputRef ?? "-"} {end?.ErrorRef ?? "-"}";
    }

    static string Component(Guid id, Guid run, List<Sent> about)
    {
        var end = about.Where(message => message.Contract is not "StepStarted").MinBy(message => message.At);
        var start = about.Where(message => message.Contract is "StepStarted").MinBy(message => message.At);
        var status = end is null ? "step_started" : end.Contract == "StepFailed" ? "failed" : "step_completed";
        return $"component {id} of {run} {status} {Time(start)} {Time(end)} {end?.OutputRef ?? "-"} {end?.ErrorRef ?? "-"}";
    }

    /// <summary>The name under which each id is kept: ids that share a key go by that of the best observation.</summary>
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
            names[one.Key] = id(same.SelectMany(name => ofId[name]).OrderBy(rank).ThenBy(message => message.At).First());
        }

        return names;
    }

    // Cut to microseconds, as the format does.
    static string Time(Sent? message) =>
        message?.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture) ?? "-";
}
