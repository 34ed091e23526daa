using RunLedger.Folding;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>The job a run is a run of: in the ledger's words its process candidate.</summary>
sealed record LineageJob(string Namespace, string Name)
{
    const string SendNamespace = "the namespace of the job, a string";
    const string SendName = "the name of the job, a string";

    public string CandidateCode => $"OL:{Namespace}:{Name}";

    /// <summary>Null, with the faults noted, where the node does not name a job.</summary>
    public static LineageJob? Of(EventNode node) =>
        Read(node) is ({ } space, { } name) ? new(space, name) : null;

    /// <summary>What the node says of the job; what it does not say is noted, and unknown.</summary>
    public static LineageJob OrUnknown(EventNode node)
    {
        var (space, name) = Read(node);
        return new(space ?? UnsaidName.Text, name ?? UnsaidName.Text);
    }

    // Flat as some clients write a parent: {"run_id", "job_namespace", "job_name"}.
    static (string? Namespace, string? Name) Read(EventNode node)
    {
        if (node.Member("job") is null && node.Member("job_name") is not null)
            return (node.Name("job_namespace", SendNamespace), node.Name("job_name", SendName));
        var job = node.RequiredObject("job", "the job as {\"namespace\": …, \"name\": …}");
        return (job?.Name("namespace", SendNamespace), job?.Name("name", SendName));
    }
}
