using System.CommandLine;
using System.Runtime.InteropServices;
using RunLedger.Service.Host;
using RunLedger.Service.Query;

// From the first moment on: the parser's own handling begins with a verb. Never disposed: a signal comes when it likes.
var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
var configuration = new ConfigurationBuilder()
    .AddJsonFile("appsettings.json", optional: true)
    .AddEnvironmentVariables()
    .Build();

Console.SetError(new MaskedWriter(Console.Error));
var root = ServeCommand.Configure(new RootCommand("RunLedger: a durable ledger of runs. Without a verb: serve."));
root.Subcommands.Add(ServeCommand.Create());
root.Subcommands.Add(SchemaCommand.Create(configuration));
root.Subcommands.Add(RetentionCommand.Create(configuration, TimeProvider.System));
root.Subcommands.Add(ArchiveCommand.Create(configuration));
root.Subcommands.Add(DemoCommand.Create(configuration, TimeProvider.System));
root.Subcommands.Add(KeyCommand.Create(configuration));
root.Subcommands.Add(QueryCommand.Create());
// The parser ends the process two seconds after SIGTERM unless told otherwise; the host needs longer for its last
// batch.
return await root.Parse(args).InvokeAsync(
    new() { ProcessTerminationTimeout = LedgerHost.EndLimit }, stop.Token);
