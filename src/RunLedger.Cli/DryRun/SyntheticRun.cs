using RunLedger.Client.Sending;
using RunLedger.Contracts;

namespace RunLedger.Cli.DryRun;

/// <summary>The messages of a made-up run with one step, both completed.</summary>
sealed class SyntheticRun
{
    const string Candidate = "PROC-CAND:dry-run";

    public SyntheticRun(TimeProvider time)
    {
        var now = time.GetUtcNow();
        Id = Guid.CreateVersion7(now);
        var (key, source, step) = ($"dry-run-{Id}", SourceSystems.DryRun, Guid.CreateVersion7(now));
        Messages =
        [
            .. ((RunObservation[])
            [
                new RunStarted
                {
                    ProcessRunId = Id,
                    ProcessCandidateCode = Candidate,
                    CorrelationId = key,
                    SourceSystem = source,
                    OccurredAt = At(0)
                },
                new StepStarted
                {
                    ProcessRunId = Id,
                    ProcessCandidateCode = Candidate,
                    CorrelationId = key,
                    SourceSystem = source,
                    OccurredAt = At(1),
                    ComponentRunId = step,
                    DotCode = "dry-run",
                    ComponentRole = ComponentRoles.Step,
                },
                new StepCompleted
                {
                    ProcessRunId = Id,
                    ProcessCandidateCode = Candidate,
                    CorrelationId = key,
                    SourceSystem = source,
                    OccurredAt = At(2),
                    ComponentRunId = step,
                    DotCode = "dry-run",
                    ComponentRole = ComponentRoles.Step,
                },
                new RunCompleted
                {
                    ProcessRunId = Id,
                    ProcessCandidateCode = Candidate,
                    CorrelationId = key,
                    SourceSystem = source,
                    OccurredAt = At(3)
                },
            ]).Select(message =>
                (ReadOnlyMemory<byte>)ObservationLine.Serialize(new OutboxEntry(message, TraceParent: null))),
        ];

        DateTimeOffset At(int milliseconds) => now.AddMilliseconds(milliseconds);
    }

    public Guid Id { get; }

    /// <summary>As <c>POST /api/observations</c> takes them.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Messages { get; }
}
