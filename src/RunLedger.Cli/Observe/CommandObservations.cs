using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Cli.Errors;
using RunLedger.Client.Sending;
using RunLedger.Contracts;

namespace RunLedger.Cli.Observe;

/// <summary>
/// The observations of one command: it is a run of its own, or with a role a component of the run around it.
/// </summary>
sealed class CommandObservations
{
    readonly string _name;
    readonly Guid _run;
    readonly Guid? _parent;
    readonly Guid? _component;
    readonly string? _role;
    readonly string? _key;
    readonly int? _attempt;

    /// <param name="options">The options of <c>observe</c>.</param>
    /// <param name="around">The run around this process.</param>
    /// <param name="program">The name or path of the program.</param>
    /// <param name="time">The clock that new ids contain.</param>
    /// <exception cref="CliException">There is a role, but no run around the command.</exception>
    public CommandObservations(ObserveOptions options, RunEnvironment around, string program, TimeProvider time)
    {
        _name = Path.GetFileName(program) is { Length: > 0 } name ? name : program;
        _role = options.Role;
        _key = options.Key;
        _attempt = options.Attempt;
        var outer = options.Parent ?? around.Run;
        // The variables describe the run around this process and do not apply to another parent.
        var known = outer == around.Run ? around : new RunEnvironment(outer, null, null, null);
        var own = Guid.CreateVersion7(time.GetUtcNow());
        if (_role is null)
        {
            (_run, _parent) = (own, outer);
            known = known with { Candidate = $"PROC-CAND:command:{_name}" };
        }
        else
        {
            (_run, _component) = (outer ?? throw new CliException(
                "--role makes the command a component of a run: start it in an observed one, or name it with --parent.",
                ExitCodes.ObserveFailed), own);
        }

        Variables = new(
            _run,
            options.Correlation ?? known.Correlation ?? _run.ToString(),
            options.Candidate ?? known.Candidate ?? throw new CliException(
                "--role makes the command a component of the run of --parent: name its --candidate, too.",
                ExitCodes.ObserveFailed),
            options.Source ?? known.Source ?? SourceSystems.DotRuntime);
    }

    /// <summary>The variables for the command.</summary>
    public RunEnvironment Variables { get; }

    public RunObservation Started(DateTimeOffset at, int? pid) => Message(
        _component is null ? nameof(RunStarted) : nameof(StepStarted),
        at,
        // Without the arguments: they may contain passwords.
        new()
        {
            ["command"] = _name,
            ["host"] = Environment.MachineName,
            ["directory"] = Environment.CurrentDirectory,
            ["pid"] = pid
        });

    /// <summary>A component's heartbeat is a heartbeat of its run.</summary>
    /// <param name="at">Now.</param>
    /// <param name="elapsed">Since the start of the command.</param>
    public RunObservation Heartbeat(DateTimeOffset at, TimeSpan elapsed) => Message(
        nameof(RunHeartbeat),
        at,
        new() { ["command"] = _name, ["elapsedSeconds"] = Math.Round(elapsed.TotalSeconds, 1) });

    public RunObservation Ended(DateTimeOffset at, CommandOutcome outcome) => Message(
        (_component is null, outcome.Succeeded) switch
        {
            (true, true) => nameof(RunCompleted),
            (true, false) => nameof(RunFailed),
            (false, true) => nameof(StepCompleted),
            (false, false) => nameof(StepFailed),
        },
        at,
        outcome.Evidence,
        outcome.Succeeded ? null : outcome.ErrorRef);

    RunObservation Message(string type, DateTimeOffset at, JsonObject evidence, string? error = null)
    {
        var line = new JsonObject
        {
            ["type"] = type,
            ["processRunId"] = _run,
            ["processCandidateCode"] = Variables.Candidate,
            ["correlationId"] = Variables.Correlation,
            ["sourceSystem"] = Variables.Source,
            ["occurredAt"] = at,
            ["parentRunId"] = _parent,
            ["attempt"] = _attempt,
            ["errorRef"] = error,
            ["evidenceRef"] = evidence,
        };
        // A heartbeat is about the run, so that a component's key does not belong in it.
        if (type != nameof(RunHeartbeat))
        {
            line["idempotencyKey"] = _key;
            if (_component is { } component)
            {
                line["componentRunId"] = component;
                line["dotCode"] = _name;
                line["componentRole"] = _role;
            }
        }

        return ObservationLine.Deserialize(JsonSerializer.SerializeToUtf8Bytes(line))!;
    }
}
