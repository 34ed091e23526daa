using System.CommandLine;
using RunLedger.Cli;
using RunLedger.Cli.Observing;

var time = TimeProvider.System;
// What stands behind -- is somebody else's command line: no parser of ours sees it.
var own = args.TakeWhile(argument => argument != "--").ToArray();
var root = new RootCommand("Observe commands, ask the ledger of runs, publish and replay observations.")
{
    ObserveCommand.Create(args[Math.Min(own.Length + 1, args.Length)..], time),
};
var parsed = root.Parse(own, new ParserConfiguration { ResponseFileTokenReplacer = null });
var observes = parsed.CommandResult.Command is ObserveCommand;
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"runledger: {parsed.Errors[0].Message} See runledger {(observes ? "observe " : "")}--help.");
    return observes ? Exit.ObserveFailed : Exit.NotUsable;
}

// Whoever observes sees to signals himself; the parser would end the process two seconds after one.
return await parsed.InvokeAsync(new() { ProcessTerminationTimeout = observes ? null : TimeSpan.FromSeconds(2) });
