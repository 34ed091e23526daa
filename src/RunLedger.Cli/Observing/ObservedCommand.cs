using System.Text.Json;
using RunLedger.Contracts;

namespace RunLedger.Cli.Observing;

/// <summary>
/// What there is to say of one command: it is a run of its own, or with a role a component of the run it is part of.
/// </summary>
sealed class ObservedCommand
{
    readonly string _name;
    readonly Guid _run;
    readonly string _candidate;
    readonly string _correlation;
    readonly string _source;
    readonly Guid? _parent;
    readonly Guid? _component;
    readonly string? _role;
    readonly string? _key;

    /// <param name="options">As they were given.</param>
    /// <param name="around">The run that this process is part of.</param>
    /// <param name="program">The command's first word.</param>
    /// <param name="time">The ids have it in them.</param>
    /// <exception cref="CliException">There is a role, and no run that the command could have it in.</exception>
    public ObservedCommand(ObserveOptions options, RunVariables around, string program, TimeProvider time)
    {
        _name = Path.GetFileName(program) is { Length: > 0 } name ? name : program;
        _role = options.Role;
        _key = options.Key;
        var outer = options.Parent ?? around.Run;
        // What was said of the run around this process is not said of another parent.
        var known = outer == around.Run ? around : new RunVariables(outer, null, null, null);
        _source = options.Source ?? known.Source ?? SourceSystems.DotRuntime;
        var own = Guid.CreateVersion7(time.GetUtcNow());
        if (_role is null)
        {
            (_run, _parent) = (own, outer);
            _candidate = options.Candidate ?? $"PROC-CAND:command:{_name}";
            _correlation = options.Correlation ?? known.Correlation ?? own.ToString();
        }
        else
        {
            (_run, _component) = (outer ?? throw new CliException(
                "--role makes the command a component of a run: start it in an observed one, or name it with --parent.",
                Exit.ObserveFailed), own);
            _candidate = options.Candidate ?? known.Candidate ?? throw new CliException(
                "--role makes the command a component of the run of --parent: name its --candidate, too.", Exit.ObserveFailed);
            _correlation = options.Correlation ?? known.Correlation ?? outer.Value.ToString();
        }

        Variables = new(_run, _correlation, _candidate, _source);
    }

    /// <summary>For what the command starts.</summary>
    public RunVariables Variables { get; }

    public string Started(DateTimeOffset at, int? pid)
    {
        var evidence = JsonSerializer.SerializeToElement(
            new StartEvidence(_name, Environment.MachineName, Environment.CurrentDirectory, pid), LineJson.Default.StartEvidence);
        return LineJson.Of(_component is { } component
            ? new StepStarted
            {
                ProcessRunId = _run, ComponentRunId = component, ProcessCandidateCode = _candidate, CorrelationId = _correlation,
                SourceSystem = _source, OccurredAt = at, IdempotencyKey = _key, DotCode = _name, ComponentRole = _role,
                EvidenceRef = evidence,
            }
            : new RunStarted
            {
                ProcessRunId = _run, ProcessCandidateCode = _candidate, CorrelationId = _correlation, SourceSystem = _source,
                OccurredAt = at, ParentRunId = _parent, IdempotencyKey = _key, EvidenceRef = evidence,
            });
    }

    /// <summary>A component that lives is a sign of life of its run.</summary>
    public string Alive(DateTimeOffset at) => LineJson.Of(new RunHeartbeat
    {
        ProcessRunId = _run, ProcessCandidateCode = _candidate, CorrelationId = _correlation, SourceSystem = _source, OccurredAt = at,
        ParentRunId = _parent,
    });

    public string Ended(DateTimeOffset at, Ending ending) => LineJson.Of((_component, ending.IsGood) switch
    {
        ({ } component, true) => new StepCompleted
        {
            ProcessRunId = _run, ComponentRunId = component, ProcessCandidateCode = _candidate, CorrelationId = _correlation,
            SourceSystem = _source, OccurredAt = at, IdempotencyKey = _key, DotCode = _name, ComponentRole = _role,
            EvidenceRef = ending.Evidence,
        },
        ({ } component, false) => new StepFailed
        {
            ProcessRunId = _run, ComponentRunId = component, ProcessCandidateCode = _candidate, CorrelationId = _correlation,
            SourceSystem = _source, OccurredAt = at, IdempotencyKey = _key, DotCode = _name, ComponentRole = _role,
            ErrorRef = ending.ErrorRef, EvidenceRef = ending.Evidence,
        },
        (null, true) => new RunCompleted
        {
            ProcessRunId = _run, ProcessCandidateCode = _candidate, CorrelationId = _correlation, SourceSystem = _source,
            OccurredAt = at, ParentRunId = _parent, IdempotencyKey = _key, EvidenceRef = ending.Evidence,
        },
        (null, false) => new RunFailed
        {
            ProcessRunId = _run, ProcessCandidateCode = _candidate, CorrelationId = _correlation, SourceSystem = _source,
            OccurredAt = at, ParentRunId = _parent, IdempotencyKey = _key, ErrorRef = ending.ErrorRef, EvidenceRef = ending.Evidence,
        },
    });
}
