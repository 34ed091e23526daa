namespace RunLedger.Cli;

/// <summary>
/// The exit codes of the tool. <c>observe</c> has its command's own, and from 124 those of timeout(1) and shells.
/// </summary>
static class Exit
{
    public const int Done = 0;

    /// <summary>The ledger was asked, and the answer is no: refused, unknown, failed.</summary>
    public const int No = 1;

    /// <summary>A wrong command line, a file that cannot be read, or a ledger that does not answer.</summary>
    public const int NotUsable = 2;

    public const int TimedOut = 124;
    public const int ObserveFailed = 125;
    public const int NotExecutable = 126;
    public const int NotFound = 127;
    public const int Signalled = 128;
}
