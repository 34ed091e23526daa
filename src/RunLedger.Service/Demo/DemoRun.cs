using System.Text.Json;
using RunLedger.Contracts;

namespace RunLedger.Service.Demo;

/// <summary>One run of the demo and what there is to say of it.</summary>
sealed record DemoRun(DemoProcess Process, Guid Id, string Correlation, Guid? Parent)
{
    /// <summary>The event that causes a step to be tried again.</summary>
    public const string Retried = "retried";

    /// <summary>A queue names its jobs; the others do not.</summary>
    string? Key => Process.Source == SourceSystems.JobQueue ? $"{Process.Name}/{Id:N}" : null;

    string Place => $"s3://demo/{Process.Name}/{Id:N}";

    public RunObserved Observed(DateTimeOffset at) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        ParentRunId = Parent,
        IdempotencyKey = Key,
    };

    public RunStarted Started(DateTimeOffset at) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        ParentRunId = Parent,
        IdempotencyKey = Key,
        InputRef = $"{Place}/in",
    };

    public RunHeartbeat Heartbeat(DateTimeOffset at, int percent) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        EvidenceRef = JsonSerializer.SerializeToElement(new { percent }),
    };

    public RunCompleted Completed(DateTimeOffset at, int rows) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        OutputRef = $"{Place}/out",
        EvidenceRef = JsonSerializer.SerializeToElement(new { rows }),
    };

    public RunFailed Failed(DateTimeOffset at, string error) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        ErrorRef = error,
    };

    public RunCancelled Cancelled(DateTimeOffset at) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        EvidenceRef = JsonSerializer.SerializeToElement(new { by = "operator" }),
    };

    public StepStarted StepStarted(Guid component, DemoStep step, int attempt, DateTimeOffset at) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        ParentRunId = Parent,
        ComponentRunId = component,
        DotCode = step.Code,
        ComponentRole = step.Role,
        EventCode = attempt == 1 ? "scheduled" : Retried,
        QueueJobId = Key is null ? null : Id,
    };

    public StepCompleted StepCompleted(Guid component, DemoStep step, DateTimeOffset at) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        ParentRunId = Parent,
        ComponentRunId = component,
        DotCode = step.Code,
        ComponentRole = step.Role,
        OutputRef = $"{Place}/{step.Code}",
    };

    public StepCancelled StepCancelled(Guid component, DemoStep step, DateTimeOffset at) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        ParentRunId = Parent,
        ComponentRunId = component,
        DotCode = step.Code,
        ComponentRole = step.Role,
    };

    public StepFailed StepFailed(Guid component, DemoStep step, DateTimeOffset at, string error) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Process.Candidate,
        CorrelationId = Correlation,
        SourceSystem = Process.Source,
        OccurredAt = at,
        ParentRunId = Parent,
        ComponentRunId = component,
        DotCode = step.Code,
        ComponentRole = step.Role,
        ErrorRef = error,
    };
}
