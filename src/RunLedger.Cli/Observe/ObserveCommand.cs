using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RunLedger.Cli.Options;
using RunLedger.Contracts;

namespace RunLedger.Cli.Observe;

/// <summary><c>observe … -- command</c>: runs a command unchanged and reports it to the ledger.</summary>
sealed class ObserveCommand : Command
{
    readonly LedgerAddressOptions _destination = new();
    readonly Option<string?> _candidate = new("--candidate")
    {
        Description = "The process it is a run of; PROC-CAND:command:NAME without it",
        HelpName = "CODE",
    };

    readonly Option<string?> _role = new("--role")
    {
        Description = "Report it as a component of the run around it, and not as a run: producer, verifier or step",
        HelpName = "ROLE",
    };

    readonly Option<Guid?> _parent = new("--parent")
    {
        Description = $"The run it is nested in; {RunEnvironment.RunId} of the environment without it",
        HelpName = "ID",
    };

    readonly Option<string?> _correlation = new("--correlation")
    {
        Description = $"The wire key; {RunEnvironment.CorrelationId} of the environment without it, else a new one",
        HelpName = "KEY",
    };

    readonly Option<string?> _source = new("--source")
    {
        Description = $"What kind of system speaks; {SourceSystems.DotRuntime} without it",
        HelpName = "NAME",
    };

    readonly Option<string?> _key = new("--key")
    {
        Description = "The idempotency key: names this run once and for ever",
        HelpName = "KEY",
    };

    readonly Option<int?> _attempt = new("--attempt")
    {
        Description = "Which attempt at the run that --key names this is, from 1: the greatest one counts",
        HelpName = "N",
        CustomParser = ParseAttempt,
    };

    readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = "End the command and all that it started after this time",
        HelpName = "TIME",
        CustomParser = result => Duration.Parse(result),
    };

    readonly Option<TimeSpan> _killAfter = Duration.CreateOption(
        "--kill-after", TimeSpan.FromSeconds(10), "How long after its time is over it is killed");
    readonly Option<TimeSpan> _heartbeat = Duration.CreateOption(
        "--heartbeat", TimeSpan.FromSeconds(60), "How often to say that it is alive; 0 for never");
    readonly Option<TimeSpan> _flush = Duration.CreateOption(
        "--flush", TimeSpan.FromSeconds(2), "How long its end may be delayed by a slow ledger, at most");
    readonly Option<int> _tail = new("--tail")
    {
        Description =
            "How many of the last lines of stderr to report; 0 leaves stderr entirely alone, as a terminal always is",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
    };

    readonly Option<string?> _spool = new("--spool")
    {
        Description = $"The folder of what could not be sent; {RunEnvironment.SpoolFolder} of the environment without "
            + "it, else ~/.local/state/runledger/spool",
        HelpName = "FOLDER",
    };

    readonly Option<bool> _verbose =
        new("--verbose") { Description = "Say on stderr what the ledger does not know yet, and where it is" };

    readonly string[] _command;

    ObserveCommand(string[] command) : base(
        "observe",
        "Run a command, with its input, output, signals and exit code as they are, and tell the ledger of it") =>
        _command = command;

    /// <param name="command">The arguments after <c>--</c>.</param>
    /// <param name="time">The clock of what is reported.</param>
    public static ObserveCommand Create(string[] command, TimeProvider time)
    {
        var observe = new ObserveCommand(command);
        observe.AddOptions();
        observe.SetAction((parsed, _) => ObservedProcess.Run(observe.Read(parsed), command, time));
        return observe;
    }

    void AddOptions()
    {
        Validators.Add(parsed =>
        {
            if (_command.Length == 0)
                parsed.AddError("There is no command: runledger observe [options] -- command arguments.");
        });
        _destination.AddTo(this);
        foreach (var option in (Option[])
            [
                _candidate, _role, _parent, _correlation, _source, _key, _attempt, _timeout, _killAfter, _heartbeat,
                _flush, _tail, _spool, _verbose
            ])
        {
            Options.Add(option);
        }

        Validators.Add(parsed =>
        {
            if (parsed.GetResult(_role) is not null && !ComponentRoles.All.Contains(parsed.GetValue(_role)))
                parsed.AddError($"--role is one of {string.Join(", ", ComponentRoles.All)}.");
            if (parsed.GetResult(_source) is not null && !SourceSystems.All.Contains(parsed.GetValue(_source)))
                parsed.AddError($"--source is one of {string.Join(", ", SourceSystems.All)}.");
            if (parsed.GetResult(_attempt) is not null)
            {
                if (parsed.GetResult(_key) is null)
                    parsed.AddError("--attempt needs --key: without it nobody knows what is tried again.");
                if (parsed.GetResult(_role) is not null)
                    parsed.AddError("--attempt is of a run, and with --role the command is a component of one.");
            }

            if (!OperatingSystem.IsLinux())
                parsed.AddError("observe needs Linux: elsewhere publish the messages with runledger publish.");
        });
    }

    ObserveOptions Read(ParseResult parsed) => new()
    {
        Address = _destination.Read(parsed),
        Candidate = Text(parsed, _candidate),
        Role = parsed.GetValue(_role),
        Parent = parsed.GetValue(_parent),
        Correlation = Text(parsed, _correlation),
        Source = parsed.GetValue(_source),
        Key = Text(parsed, _key),
        Attempt = parsed.GetValue(_attempt),
        Timeout = parsed.GetValue(_timeout) is { Ticks: > 0 } timeout ? timeout : null,
        KillAfter = parsed.GetValue(_killAfter),
        Heartbeat = parsed.GetValue(_heartbeat),
        Flush = parsed.GetValue(_flush),
        Tail = Math.Clamp(parsed.GetValue(_tail), 0, 200),
        Spool = parsed.GetValue(_spool) ?? RunEnvironment.Text(RunEnvironment.SpoolFolder) ?? SpoolDirectory.Default(),
        Verbose = parsed.GetValue(_verbose),
    };

    static int? ParseAttempt(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            && attempt > 0)
            return attempt;
        result.AddError("--attempt is a number from 1.");
        return null;
    }

    // An unset variable of a script gives an empty argument: it counts as not given.
    static string? Text(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { Length: > 0 } text ? text : null;
}
