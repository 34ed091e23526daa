using System.Collections.Concurrent;
using System.Diagnostics;
using RunLedger.Client.Sending;
using RunLedger.Contracts;
using UUIDNext;

namespace RunLedger.Client;

/// <summary>
/// A run that was started and is reported until it ends. May be used from several threads; the first end counts.
/// </summary>
public sealed class OpenRun : IAsyncDisposable
{
    readonly Outbox _outbox;
    readonly RunStarted? _start;
    readonly bool _derivesStepIds;
    readonly ITimer? _heartbeat;
    readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);
    int _ended;

    internal OpenRun(Outbox outbox, string candidate, RunDetails details, OpenRun? outer)
    {
        _outbox = outbox;
        Outer = outer;
        var key = Sanitizer.Code(details.IdempotencyKey);
        _derivesStepIds = key is not null || details.RunId is not null;
        Id = Sanitizer.Id(details.RunId)
            ?? (key is not null ? Uuid.NewNameBased(NameBasedIds.Runs, key) : Guid.CreateVersion7());
        CorrelationId = Sanitizer.Code(details.CorrelationId) ?? outer?.CorrelationId ?? Id.ToString();
        if (Sanitizer.Code(candidate) is not { } code)
        {
            // Without a candidate the run cannot be recorded.
            outbox.RejectRun();
            return;
        }

        _start = new RunStarted
        {
            ProcessRunId = Id,
            ProcessCandidateCode = code,
            CorrelationId = CorrelationId,
            SourceSystem = details.SourceSystem is { } source && SourceSystems.All.Contains(source)
                ? source
                : outbox.Options.SourceSystem,
            OccurredAt = default,
            ParentRunId = Sanitizer.Id(details.ParentRunId) ?? outer?.ReportedId,
            Attempt = details.Attempt > 1 ? details.Attempt : null,
        };
        _outbox.Add(
            _start with { OccurredAt = Now(), IdempotencyKey = key, InputRef = Sanitizer.Ref(details.InputRef) },
            Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null);
        if (outbox.Options.HeartbeatEvery is { } every)
            _heartbeat = outbox.Time.CreateTimer(SendHeartbeat, new WeakReference<OpenRun>(this), every, every);

        // The timer does not keep a forgotten run alive: the ledger must see that it is quiet.
        static void SendHeartbeat(object? run)
        {
            if (((WeakReference<OpenRun>)run!).TryGetTarget(out var open))
                open.Heartbeat();
        }
    }

    /// <summary>The run's id in the ledger.</summary>
    public Guid Id { get; }

    /// <summary>The wire key its components share; hand it to what continues the work elsewhere.</summary>
    public string CorrelationId { get; }

    internal OpenRun? Outer { get; }

    internal bool IsOpen => Volatile.Read(ref _ended) == 0;

    Guid? ReportedId => _start is null ? Outer?.ReportedId : Id;

    /// <summary>
    /// Reports a step around <paramref name="work"/>, as
    /// <see cref="IRunReporter.Run(string, Func{OpenRun, Task}, RunDetails?, CancellationToken)"/> does a run.
    /// </summary>
    /// <param name="code">What ran, for example <c>extract</c>; beyond 512 characters it is shortened.</param>
    /// <param name="work">What is observed.</param>
    /// <param name="details">What else is known of it; null for nothing.</param>
    /// <exception cref="ArgumentNullException">There is no work.</exception>
    public async Task Step(string code, Func<OpenStep, Task> work, StepDetails? details = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        await Step(code, async step =>
        {
            await work(step).ConfigureAwait(false);
            return true;
        }, details).ConfigureAwait(false);
    }

    /// <inheritdoc cref="Step(string, Func{OpenStep, Task}, StepDetails?)"/>
    /// <returns>What the work returned.</returns>
    public async Task<T> Step<T>(string code, Func<OpenStep, Task<T>> work, StepDetails? details = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        var step = StartStep(code, details);
        try
        {
            var result = await work(step).ConfigureAwait(false);
            step.Complete();
            return result;
        }
        catch (Exception e)
        {
            step.Fail(e);
            throw;
        }
    }

    /// <summary>
    /// Starts a step for code that does not nest. Left without <see cref="OpenStep.Complete"/> or <c>Fail</c>, it is
    /// recorded as failed with just that as its error.
    /// </summary>
    /// <param name="code">What ran, for example <c>extract</c>; beyond 512 characters it is shortened.</param>
    /// <param name="details">What else is known of it; null for nothing.</param>
    public OpenStep StartStep(string code, StepDetails? details = null)
    {
        details ??= new StepDetails();
        var attempt = details.Attempt ?? _attempts.AddOrUpdate(code ?? "", 1, static (_, before) => before + 1);
        var name = _start?.Attempt is { } again ? $"{code}\0{attempt}\0{again}" : $"{code}\0{attempt}";
        return new OpenStep(
            this, code, details, _derivesStepIds ? Uuid.NewNameBased(Id, name) : Guid.CreateVersion7());
    }

    /// <summary>
    /// Says that the run is alive, beyond what is said every <see cref="RunLedgerClientOptions.HeartbeatEvery"/>.
    /// </summary>
    public void Heartbeat()
    {
        if (_start is null || !IsOpen)
            return;
        Report(new RunHeartbeat
        {
            ProcessRunId = Id,
            ProcessCandidateCode = _start.ProcessCandidateCode,
            CorrelationId = CorrelationId,
            SourceSystem = _start.SourceSystem,
            OccurredAt = Now(),
            Attempt = _start.Attempt,
        });
    }

    /// <summary>The run ended well. Whatever ends it later says nothing more.</summary>
    /// <param name="outputRef">Where the output is; beyond 32,768 characters it is cut.</param>
    /// <param name="evidence">Anything that becomes JSON, at once; null for nothing.</param>
    public void Complete(string? outputRef = null, object? evidence = null)
    {
        if (!End() || _start is null)
            return;
        Report(new RunCompleted
        {
            ProcessRunId = Id,
            ProcessCandidateCode = _start.ProcessCandidateCode,
            CorrelationId = CorrelationId,
            SourceSystem = _start.SourceSystem,
            OccurredAt = Now(),
            Attempt = _start.Attempt,
            OutputRef = Sanitizer.Ref(outputRef),
            EvidenceRef = Sanitizer.Evidence(evidence),
        });
    }

    /// <summary>The run failed, with the exception as its error.</summary>
    /// <param name="exception">Its type and message are <c>error_ref</c>.</param>
    /// <param name="evidence">Anything that becomes JSON, at once; null for nothing.</param>
    public void Fail(Exception exception, object? evidence = null) =>
        Fail(exception is null ? "unknown" : Sanitizer.Error(exception), evidence);

    /// <summary>The run failed.</summary>
    /// <param name="errorRef">Why, or where that is written; beyond 32,768 characters it is cut.</param>
    /// <param name="evidence">Anything that becomes JSON, at once; null for nothing.</param>
    public void Fail(string errorRef, object? evidence = null)
    {
        if (!End() || _start is null)
            return;
        Report(new RunFailed
        {
            ProcessRunId = Id,
            ProcessCandidateCode = _start.ProcessCandidateCode,
            CorrelationId = CorrelationId,
            SourceSystem = _start.SourceSystem,
            OccurredAt = Now(),
            Attempt = _start.Attempt,
            ErrorRef = Sanitizer.Ref(errorRef),
            EvidenceRef = Sanitizer.Evidence(evidence),
        });
    }

    /// <summary>The run was given up on purpose.</summary>
    /// <param name="evidence">Anything that becomes JSON, at once; null for nothing.</param>
    public void Cancel(object? evidence = null)
    {
        if (!End() || _start is null)
            return;
        Report(new RunCancelled
        {
            ProcessRunId = Id,
            ProcessCandidateCode = _start.ProcessCandidateCode,
            CorrelationId = CorrelationId,
            SourceSystem = _start.SourceSystem,
            OccurredAt = Now(),
            Attempt = _start.Attempt,
            EvidenceRef = Sanitizer.Evidence(evidence),
        });
    }

    /// <summary>Ends the run as failed where nothing else has ended it. Waits for nothing.</summary>
    public ValueTask DisposeAsync()
    {
        if (IsOpen)
            Fail("The run was left without an outcome: neither Complete, Fail nor Cancel was called.");
        return ValueTask.CompletedTask;
    }

    /// <summary>The members that every message of the run has in common; null where the run is not reported.</summary>
    internal RunStarted? Start => _start;

    internal void Report(RunObservation message, string? traceParent = null) => _outbox.Add(message, traceParent);

    /// <summary>
    /// By the clock, to the microsecond, and later than the time before: order decides between observations.
    /// </summary>
    internal DateTimeOffset Now() => _outbox.Now();

    bool End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return false;
        _heartbeat?.Dispose();
        return true;
    }
}
