using RunLedger.Contracts;

namespace RunLedger.Testing;

/// <summary>Believable messages about one run; a test says only what matters to it.</summary>
sealed class Some
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public Guid Id { get; } = Guid.CreateVersion7();
    public string Candidate { get; init; } = "PROC-CAND:dot:kg";
    public DateTimeOffset Start { get; init; } = Noon;

    public static Some Run() => new();

    public RunStarted Started() => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start,
    };

    public RunObserved Observed() => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(1),
    };

    public RunHeartbeat Heartbeat() => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(2),
    };

    public RunCompleted Completed() => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(60),
    };

    public RunFailed Failed() => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(60),
        ErrorRef = "it broke",
    };

    public RunCancelled Cancelled() => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(60),
    };

    public StepStarted StepStarted(Guid component) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        ComponentRunId = component,
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(10),
        DotCode = "dot_kg_check",
        ComponentRole = ComponentRoles.Verifier,
    };

    public StepCompleted StepCompleted(Guid component) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        ComponentRunId = component,
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(20),
    };

    public StepFailed StepFailed(Guid component) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        ComponentRunId = component,
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(20),
        ErrorRef = "it broke",
    };

    public StepCancelled StepCancelled(Guid component) => new()
    {
        ProcessRunId = Id,
        ProcessCandidateCode = Candidate,
        CorrelationId = Id.ToString("N"),
        ComponentRunId = component,
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Start.AddSeconds(20),
    };
}
