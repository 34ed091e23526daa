using System.CommandLine;
using RunLedger.Cli.Output;

namespace RunLedger.Cli.Errors;

/// <summary>Reports errors that the user can fix: one line on stderr, and an exit code that says which kind.</summary>
static class CommandErrors
{
    const int Interrupt = 2;

    /// <summary>Runs a verb; an error that the user can fix becomes its message on stderr and its exit code.</summary>
    public static void SetHandler(this Command command, Func<ParseResult, CancellationToken, Task<int>> verb) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await verb(parsed, cancellationToken);
            }
            catch (CliException e)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"runledger: {TerminalText.Sanitize(e.Message)}");
                return e.ExitCode;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCodes.Signalled + Interrupt;
            }
            catch (OperationCanceledException e)
            {
                // Some client's own limit: nobody else would say a word of it.
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"runledger: Somebody does not answer in time: {TerminalText.Sanitize(e.Message)}");
                return ExitCodes.Error;
            }
        });
}
