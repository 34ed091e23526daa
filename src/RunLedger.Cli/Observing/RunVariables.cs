namespace RunLedger.Cli.Observing;

/// <summary>
/// How what a command starts finds the run it is part of. What cannot be read counts as not there: a variable that
/// somebody mistyped is no reason not to run a command.
/// </summary>
sealed record RunVariables(Guid? Run, string? Correlation, string? Candidate, string? Source)
{
    public const string RunId = "RUNLEDGER_RUN_ID";
    public const string CorrelationId = "RUNLEDGER_CORRELATION_ID";
    public const string RunCandidate = "RUNLEDGER_CANDIDATE";
    public const string RunSource = "RUNLEDGER_SOURCE";
    public const string Url = "RUNLEDGER_URL";
    public const string RabbitMq = "RUNLEDGER_RABBITMQ";
    public const string SpoolFolder = "RUNLEDGER_SPOOL";

    public static RunVariables Read() => new(
        Guid.TryParse(Text(RunId), out var run) && run != Guid.Empty ? run : null,
        Text(CorrelationId),
        Text(RunCandidate),
        Text(RunSource));

    public static LedgerAddress? Address() =>
        LedgerAddress.ReadUrl(Text(Url)) ?? LedgerAddress.ReadRabbitMq(Text(RabbitMq));

    /// <summary>For what this process starts from now on.</summary>
    public void Export(LedgerAddress address)
    {
        Set(RunId, Run?.ToString());
        Set(CorrelationId, Correlation);
        Set(RunCandidate, Candidate);
        Set(RunSource, Source);
        Set(Url, address.IsBroker ? null : address.Uri.AbsoluteUri);
        Set(RabbitMq, address.IsBroker ? address.Uri.OriginalString : null);
    }

    public static string? Text(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;

    // In the process's own environment, byte by byte as it came, and not in the runtime's copy of it.
    static void Set(string name, string? value) =>
        _ = value is null ? Posix.unsetenv(name) : Posix.setenv(name, value, 1);
}
