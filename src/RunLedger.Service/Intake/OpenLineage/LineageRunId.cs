using UUIDNext;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// The ledger's id of a run that OpenLineage speaks of. An event, its parent facet and the root in that facet name a
/// run in the same shape, <c>{"run": {"runId": …}, "job": {"namespace": …, "name": …}}</c>, and get the same id by the
/// same rule: the run's own UUID; or, of an id that is none, the UUIDv5 of the job's namespace, the job's name and the
/// id, since such an id need only be unique within its job.
/// </summary>
static class LineageRunId
{
    /// <summary>In the namespace of URLs, so that anybody can compute the ids.</summary>
    static readonly Guid OpenLineage = Uuid.NewNameBased(Uuid.Namespace.URL, "https://openlineage.io");

    /// <summary>Null, with the faults noted, where the node does not name a run.</summary>
    public static Guid? Of(EventNode node)
    {
        const string send = "the run's id, best a UUID";
        // Flat as some clients write a parent.
        var isFlat = node.Member("run") is null && node.Member("run_id") is not null;
        (EventNode? run, var name) = isFlat
            ? (node, "run_id")
            : (node.RequiredObject("run", "the run as {\"runId\": …}"), "runId");
        if (run?.Name(name, send) is not { } text)
            return null;

        if (!Guid.TryParse(text, out var id))
        {
            // NUL parts them: no name has one, since it is mended, so that no two triples read alike.
            return LineageJob.Of(node) is { } job
                ? Uuid.NewNameBased(OpenLineage, $"{job.Namespace}\0{job.Name}\0{text}")
                : null;
        }

        if (id == Guid.Empty)
        {
            run.Value.Required(name, send)?.Blame("is the empty UUID", send);
            return null;
        }

        return id;
    }
}
