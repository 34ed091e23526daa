using System.CommandLine;
using System.CommandLine.Parsing;
using RunLedger.Cli.Asking;
using RunLedger.Cli.DryRunning;
using RunLedger.Cli.Observing;
using RunLedger.Cli.Publishing;
using RunLedger.Cli.Replaying;

namespace RunLedger.Cli;

/// <summary>All verbs of the tool.</summary>
static class CommandLine
{
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error, TimeProvider time)
    {
        // What stands behind -- is somebody else's command line: no parser of ours sees it.
        var own = args.TakeWhile(argument => argument != "--").ToArray();
        var root = new RootCommand("Observe commands, ask the ledger of runs, publish and replay observations.")
        {
            ObserveCommand.Create(args[Math.Min(own.Length + 1, args.Length)..], time),
            RunsCommand.Create(time),
            PublishCommand.Create(time),
            ReplayCommand.Create(time),
            DryRunCommand.Create(time),
        };
        var parsed = root.Parse(own, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var observes = parsed.CommandResult.Command is ObserveCommand;
        if (parsed.Errors.Count > 0)
        {
            var verb = parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";
            if (parsed.CommandResult.Parent is CommandResult { Command: not RootCommand and var group })
                verb = $"{group.Name} {verb}";
            await error.WriteLineAsync($"runledger: {parsed.Errors[0].Message} See runledger {verb}--help.");
            return observes ? Exit.ObserveFailed : Exit.NotUsable;
        }

        // Whoever observes sees to signals himself; the parser would end the process two seconds after one.
        return await parsed.InvokeAsync(new()
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = observes ? null : TimeSpan.FromSeconds(2),
        });
    }
}
