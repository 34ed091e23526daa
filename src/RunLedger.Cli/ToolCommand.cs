using System.CommandLine;

namespace RunLedger.Cli;

/// <summary>How a verb ends that a user can mend: one line on stderr, and the exit code that says which kind.</summary>
static class ToolCommand
{
    public static void Does(this Command command, Func<ParseResult, CancellationToken, Task<int>> verb) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await verb(parsed, cancellationToken);
            }
            catch (CliException e)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"runledger: {Terminal.Plain(e.Message)}");
                return e.ExitCode;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Exit.Signalled + Interrupt;
            }
        });

    /// <summary>The address that was given, else that of the environment, else the default one.</summary>
    public static LedgerAddress Ledger(this ParseResult parsed, Option<LedgerAddress?> url) =>
        parsed.GetValue(url)
        ?? LedgerAddress.ReadUrl(Environment.GetEnvironmentVariable("RUNLEDGER_URL"))
        ?? LedgerAddress.Default;

    const int Interrupt = 2;
}
