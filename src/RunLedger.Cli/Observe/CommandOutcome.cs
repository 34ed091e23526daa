using System.Text.Json.Nodes;
using RunLedger.Client;

namespace RunLedger.Cli.Observe;

/// <summary>How the observed command ended.</summary>
/// <param name="ExitCode">As in a shell: 128+n where signal n ended the command.</param>
/// <param name="Signal">The signal that ended it; 0 where it exited.</param>
/// <param name="TimedOut">The time limit that it exceeded; null where it did not.</param>
/// <param name="StartError">Why the command could not be started.</param>
/// <param name="Stderr">Its last lines; empty where it went to a terminal.</param>
sealed record CommandOutcome(
    int ExitCode,
    int Signal = 0,
    TimeSpan? TimedOut = null,
    string? StartError = null,
    IReadOnlyList<string>? Stderr = null)
{
    /// <summary>Far below the limit of the ledger.</summary>
    const int MaxLine = 1_000;

    static readonly string[] SignalNames =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ];

    public bool Succeeded => ExitCode == 0 && TimedOut is null;

    string? SignalName =>
        Signal == 0 ? null : Signal <= SignalNames.Length ? $"SIG{SignalNames[Signal - 1]}" : $"signal {Signal}";

    /// <summary>The reason in one line, with the last line of stderr.</summary>
    public string ErrorRef
    {
        get
        {
            var what = StartError
                ?? (TimedOut is { } limit ? $"timed out after {limit:c}"
                    : SignalName is { } signal ? $"killed by {signal}" : $"exit code {ExitCode}");
            return Lines is [.., var last] ? $"{what}: {last}" : what;
        }
    }

    public JsonObject Evidence
    {
        get
        {
            var evidence = new JsonObject { ["exitCode"] = ExitCode };
            if (SignalName is { } signal)
                evidence["signal"] = signal;
            if (TimedOut is not null)
                evidence["timedOut"] = true;
            if (Lines.Count > 0)
                evidence["stderr"] = new JsonArray([.. Lines.Select(line => JsonValue.Create(line))]);
            return evidence;
        }
    }

    IReadOnlyList<string> Lines =>
        [.. (Stderr ?? []).Select(line => Sanitizer.Truncate(line, MaxLine))];
}
