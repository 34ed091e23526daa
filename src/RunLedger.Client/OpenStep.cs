using System.Diagnostics;
using RunLedger.Contracts;

namespace RunLedger.Client;

/// <summary>A step of a run that was started. May be used from several threads; the first end counts.</summary>
public sealed class OpenStep : IAsyncDisposable
{
    readonly OpenRun _run;
    readonly string? _code;
    readonly StepDetails _details;
    int _ended;

    internal OpenStep(OpenRun run, string? code, StepDetails details, Guid id)
    {
        (_run, _code, _details, Id) = (run, Sanitizer.Code(code), details, id);
        if (run.Start is not { } common)
            return;
        run.Report(
            new StepStarted
            {
                ComponentRunId = id,
                ProcessRunId = run.Id,
                ProcessCandidateCode = common.ProcessCandidateCode,
                CorrelationId = run.CorrelationId,
                SourceSystem = common.SourceSystem,
                OccurredAt = run.Now(),
                Attempt = common.Attempt,
                DotCode = _code,
                ComponentRole = Role,
                EventCode = Sanitizer.Code(details.EventCode),
                QueueJobId = Sanitizer.Id(details.QueueJobId),
                IdempotencyKey = Sanitizer.Code(details.IdempotencyKey),
                InputRef = Sanitizer.Ref(details.InputRef),
            },
            Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null);
    }

    /// <summary>The step's id in the ledger, <c>component_run_id</c>.</summary>
    public Guid Id { get; }

    string Role => _details.Role is { } role && ComponentRoles.All.Contains(role) ? role : ComponentRoles.Step;

    /// <summary>The step ended well. Whatever ends it later says nothing more.</summary>
    /// <param name="outputRef">Where the output is; beyond 32,768 characters it is cut.</param>
    /// <param name="evidence">Anything that becomes JSON, at once; null for nothing.</param>
    public void Complete(string? outputRef = null, object? evidence = null)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0 || _run.Start is not { } common)
            return;
        _run.Report(new StepCompleted
        {
            ComponentRunId = Id,
            ProcessRunId = _run.Id,
            ProcessCandidateCode = common.ProcessCandidateCode,
            CorrelationId = _run.CorrelationId,
            SourceSystem = common.SourceSystem,
            OccurredAt = _run.Now(),
            Attempt = common.Attempt,
            DotCode = _code,
            ComponentRole = Role,
            OutputRef = Sanitizer.Ref(outputRef),
            EvidenceRef = Sanitizer.Evidence(evidence),
        });
    }

    /// <summary>The step failed, with the exception as its error.</summary>
    /// <param name="exception">Its type and message are <c>error_ref</c>.</param>
    /// <param name="evidence">Anything that becomes JSON, at once; null for nothing.</param>
    public void Fail(Exception exception, object? evidence = null) =>
        Fail(exception is null ? "unknown" : Sanitizer.Error(exception), evidence);

    /// <summary>The step failed.</summary>
    /// <param name="errorRef">Why, or where that is written; beyond 32,768 characters it is cut.</param>
    /// <param name="evidence">Anything that becomes JSON, at once; null for nothing.</param>
    public void Fail(string errorRef, object? evidence = null)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0 || _run.Start is not { } common)
            return;
        _run.Report(new StepFailed
        {
            ComponentRunId = Id,
            ProcessRunId = _run.Id,
            ProcessCandidateCode = common.ProcessCandidateCode,
            CorrelationId = _run.CorrelationId,
            SourceSystem = common.SourceSystem,
            OccurredAt = _run.Now(),
            Attempt = common.Attempt,
            DotCode = _code,
            ComponentRole = Role,
            ErrorRef = Sanitizer.Ref(errorRef),
            EvidenceRef = Sanitizer.Evidence(evidence),
        });
    }

    /// <summary>The step was given up on purpose, which is no failure.</summary>
    /// <param name="evidence">Anything that becomes JSON, at once; null for nothing.</param>
    public void Cancel(object? evidence = null)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0 || _run.Start is not { } common)
            return;
        _run.Report(new StepCancelled
        {
            ComponentRunId = Id,
            ProcessRunId = _run.Id,
            ProcessCandidateCode = common.ProcessCandidateCode,
            CorrelationId = _run.CorrelationId,
            SourceSystem = common.SourceSystem,
            OccurredAt = _run.Now(),
            Attempt = common.Attempt,
            DotCode = _code,
            ComponentRole = Role,
            EvidenceRef = Sanitizer.Evidence(evidence),
        });
    }

    /// <summary>Ends the step as failed where nothing else has ended it. Waits for nothing.</summary>
    public ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _ended) == 0)
            Fail("The step was left without an outcome: neither Complete, Fail nor Cancel was called.");
        return ValueTask.CompletedTask;
    }
}
