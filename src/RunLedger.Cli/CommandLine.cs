using System.CommandLine;
using System.CommandLine.Parsing;
using RunLedger.Cli.Candidates;
using RunLedger.Cli.Dossier;
using RunLedger.Cli.DryRun;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Expectations;
using RunLedger.Cli.Incidents;
using RunLedger.Cli.Journal;
using RunLedger.Cli.Observe;
using RunLedger.Cli.Output;
using RunLedger.Cli.Publish;
using RunLedger.Cli.Query;
using RunLedger.Cli.Replay;
using RunLedger.Cli.Runs;
using RunLedger.Cli.Verify;

namespace RunLedger.Cli;

/// <summary>All verbs of the tool.</summary>
static class CommandLine
{
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error, TimeProvider time)
    {
        // The arguments after -- are the observed command: they are not parsed here.
        var own = args.TakeWhile(argument => argument != "--").ToArray();
        var root = new RootCommand("Observe commands, ask the ledger of runs, publish and replay observations.")
        {
            ObserveCommand.Create(args[Math.Min(own.Length + 1, args.Length)..], time),
            RunsCommand.Create(time),
            CandidatesCommand.Create(time),
            SqlCommand.Create(time),
            QueriesCommand.Create(time),
            ExpectedCommand.Create(time),
            IncidentsCommand.Create(time),
            RulesCommand.Create(time),
            ChannelsCommand.Create(time),
            DossierCommand.Create(time),
            PublishCommand.Create(time),
            ReplayCommand.Create(time),
            JournalCommand.Create(time),
            LedgerVerifyCommand.Create(time),
            FileReadingCommand.Create(),
            DryRunCommand.Create(time),
        };
        var parsed = root.Parse(own, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var observes = parsed.CommandResult.Command is ObserveCommand;
        if (parsed.Errors.Count > 0)
        {
            var verb = parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";
            if (parsed.CommandResult.Parent is CommandResult { Command: not RootCommand and var group })
                verb = $"{group.Name} {verb}";
            var fault = observes && own.Length == args.Length && parsed.UnmatchedTokens is [var first, ..]
                ? $"-- is missing before the command: runledger observe [options] -- {TerminalText.Sanitize(first)} …"
                : parsed.Errors[0].Message;
            await error.WriteLineAsync($"runledger: {fault} See runledger {verb}--help.");
            return observes ? ExitCodes.ObserveFailed : ExitCodes.Error;
        }

        // observe handles signals itself; the parser would end the process two seconds after one.
        return await parsed.InvokeAsync(new()
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = observes ? null : TimeSpan.FromSeconds(2),
        });
    }
}
