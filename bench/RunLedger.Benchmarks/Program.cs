using System.CommandLine;
using RunLedger.Benchmarks;

var root = new RootCommand(
    "Measures the ledger on the servers of ConnectionStrings__Postgres and ConnectionStrings__RabbitMq; starts none.");
root.Subcommands.Add(Throughput.Create());
root.Subcommands.Add(Latency.Create());
root.Subcommands.Add(Backlog.Create());
root.Subcommands.Add(Growth.Create());
root.Subcommands.Add(Pages.Create());
root.Subcommands.Add(Scheduling.Create());
root.Subcommands.Add(Sweeping.Create());
root.Subcommands.Add(Archiving.Create());
root.Subcommands.Add(Reporting.Create());
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
