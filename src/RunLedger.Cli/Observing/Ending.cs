using System.Text.Json.Nodes;

namespace RunLedger.Cli.Observing;

/// <summary>How the command ended.</summary>
/// <param name="ExitCode">As a shell has it: 128+n where signal n ended it.</param>
/// <param name="Signal">What ended it; 0 where it ended by itself.</param>
/// <param name="TimedOut">It was told to end after this time.</param>
/// <param name="Fault">Why there was nothing to start.</param>
/// <param name="Stderr">The last lines of it; empty where it went to a terminal.</param>
sealed record Ending(
    int ExitCode, int Signal = 0, TimeSpan? TimedOut = null, string? Fault = null, IReadOnlyList<string>? Stderr = null)
{
    /// <summary>More than anybody reads of one line, and far from what the ledger takes.</summary>
    const int MaxLine = 1_000;

    static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ];

    public bool IsGood => ExitCode == 0 && TimedOut is null;

    string? SignalName => Signal == 0 ? null : Signal <= Names.Length ? $"SIG{Names[Signal - 1]}" : $"signal {Signal}";

    /// <summary>One line: what, and the last words.</summary>
    public string ErrorRef
    {
        get
        {
            var what = Fault
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
        [.. (Stderr ?? []).Select(line =>
            line.Length <= MaxLine ? line : line[..(char.IsHighSurrogate(line[MaxLine - 1]) ? MaxLine - 1 : MaxLine)])];
}
