namespace RunLedger.Cli.Errors;

/// <summary>An error that the user can fix: one line that says what is wrong and what to do.</summary>
sealed class CliException(string message, int exitCode = ExitCodes.Error) : Exception(message)
{
    public int ExitCode => exitCode;
}
