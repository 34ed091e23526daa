using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Client.Sending;
using RunLedger.Contracts;

namespace RunLedger.Cli.Observing;

/// <summary>
/// What there is to say of one command: it is a run of its own, or with a role a component of the run it is part of.
/// </summary>
sealed class ObservedCommand
{
    readonly string _name;
    readonly Guid _run;
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
                Exit.ObserveFailed), own);
        }

        Variables = new(
            _run,
            options.Correlation ?? known.Correlation ?? _run.ToString(),
            options.Candidate ?? known.Candidate ?? throw new CliException(
                "--role makes the command a component of the run of --parent: name its --candidate, too.",
                Exit.ObserveFailed),
            options.Source ?? known.Source ?? SourceSystems.DotRuntime);
    }

    /// <summary>For what the command starts.</summary>
    public RunVariables Variables { get; }

    public RunObservation Started(DateTimeOffset at, int? pid) => Message(
        _component is null ? nameof(RunStarted) : nameof(StepStarted),
        at,
        // Without the arguments: passwords are among them.
        new()
        {
            ["command"] = _name,
            ["host"] = Environment.MachineName,
            ["directory"] = Environment.CurrentDirectory,
            ["pid"] = pid,
        });

    /// <summary>A component that lives is a sign of life of its run.</summary>
    /// <param name="at">Now.</param>
    /// <param name="elapsed">Since the start of the command.</param>
    public RunObservation Alive(DateTimeOffset at, TimeSpan elapsed) => Message(
        nameof(RunHeartbeat),
        at,
        new() { ["command"] = _name, ["elapsedSeconds"] = Math.Round(elapsed.TotalSeconds, 1) });

    public RunObservation Ended(DateTimeOffset at, Ending ending) => Message(
        (_component is null, ending.IsGood) switch
        {
            (true, true) => nameof(RunCompleted),
            (true, false) => nameof(RunFailed),
            (false, true) => nameof(StepCompleted),
            (false, false) => nameof(StepFailed),
        },
        at,
        ending.Evidence,
        ending.IsGood ? null : ending.ErrorRef);

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
            ["errorRef"] = error,
            ["evidenceRef"] = evidence,
        };
        // A heartbeat is the run's, whatever sends it: a component's key is not about that.
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

        return Line.Read(JsonSerializer.SerializeToUtf8Bytes(line))!;
    }
}
