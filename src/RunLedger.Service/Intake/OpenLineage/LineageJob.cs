namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>The job a run is a run of: in the ledger's words its process candidate.</summary>
sealed record LineageJob(string Namespace, string Name)
{
    public string CandidateCode => $"OL:{Namespace}:{Name}";

    /// <summary>Null, with the faults noted, where the node does not name a job.</summary>
    public static LineageJob? Of(EventNode node)
    {
        var job = node.RequiredObject("job", "the job as {\"namespace\": …, \"name\": …}");
        var space = job?.Name("namespace", "the namespace of the job, a string");
        var name = job?.Name("name", "the name of the job, a string");
        return space is not null && name is not null ? new(space, name) : null;
    }
}
