namespace RunLedger.Cli.Errors;

/// <summary>
/// The exit codes of the tool. <c>observe</c> exits with the code of its command; its own codes, from 124, are those of
/// timeout(1) and shells.
/// </summary>
static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The ledger was asked, and the answer is no: rejected, unknown, failed.</summary>
    public const int Failure = 1;

    /// <summary>A wrong command line, a file that cannot be read, or a ledger that does not answer.</summary>
    public const int Error = 2;

    public const int TimedOut = 124;
    public const int ObserveFailed = 125;
    public const int NotExecutable = 126;
    public const int NotFound = 127;
    public const int Signalled = 128;
}
