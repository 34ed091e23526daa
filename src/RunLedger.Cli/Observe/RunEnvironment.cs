using RunLedger.Cli.Options;

namespace RunLedger.Cli.Observe;

/// <summary>
/// The environment variables by which a child process finds the run it is part of. A variable that cannot be read
/// counts as not set: a typing error must not keep a command from running.
/// </summary>
sealed record RunEnvironment(Guid? Run, string? Correlation, string? Candidate, string? Source)
{
    public const string RunId = "RUNLEDGER_RUN_ID";
    public const string CorrelationId = "RUNLEDGER_CORRELATION_ID";
    public const string RunCandidate = "RUNLEDGER_CANDIDATE";
    public const string RunSource = "RUNLEDGER_SOURCE";
    public const string SpoolFolder = "RUNLEDGER_SPOOL";

    public static RunEnvironment Read() => new(
        Guid.TryParse(Text(RunId), out var run) && run != Guid.Empty ? run : null,
        Text(CorrelationId),
        Text(RunCandidate),
        Text(RunSource));

    /// <summary>Sets the variables for the processes that this one starts from now on.</summary>
    public void Export(LedgerAddress address)
    {
        Set(RunId, Run?.ToString());
        Set(CorrelationId, Correlation);
        Set(RunCandidate, Candidate);
        Set(RunSource, Source);
        Set(LedgerAddress.UrlVariable, address.Broker is null ? address.Uri.AbsoluteUri : null);
        Set(LedgerAddress.RabbitMqVariable, address.Broker?.ToString());
    }

    public static string? Text(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;

    // In the native environment, which keeps variables that are not text; the runtime's copy does not.
    static void Set(string name, string? value) =>
        _ = value is null ? Posix.unsetenv(name) : Posix.setenv(name, value, 1);
}
