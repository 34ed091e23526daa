namespace RunLedger.Cli;

/// <summary>What a user can mend: one line that says what is wrong and what to do.</summary>
sealed class CliException(string message, int exitCode = Exit.NotUsable) : Exception(message)
{
    public int ExitCode => exitCode;
}
