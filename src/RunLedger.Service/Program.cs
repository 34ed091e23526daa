using System.CommandLine;
using RunLedger.Service.Serve;

var root = ServeCommand.Configure(new RootCommand("RunLedger: a durable ledger of runs. Without a verb: serve."));
root.Subcommands.Add(ServeCommand.Create());
return await root.Parse(args).InvokeAsync();
