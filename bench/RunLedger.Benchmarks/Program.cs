using System.CommandLine;
using RunLedger.Benchmarks;

var root = new RootCommand(
    "Measures the ledger on the servers of ConnectionStrings__Postgres and ConnectionStrings__RabbitMq; starts none.");
root.Subcommands.Add(ThroughputBenchmark.Create());
root.Subcommands.Add(LatencyBenchmark.Create());
root.Subcommands.Add(IntakeBenchmark.Create());
root.Subcommands.Add(BacklogBenchmark.Create());
root.Subcommands.Add(GrowthBenchmark.Create());
root.Subcommands.Add(PagesBenchmark.Create());
root.Subcommands.Add(ScheduleBenchmark.Create());
root.Subcommands.Add(SweepBenchmark.Create());
root.Subcommands.Add(RetentionBenchmark.Create());
root.Subcommands.Add(QueryBenchmark.Create());
root.Subcommands.Add(ReadersBenchmark.Create());
root.Subcommands.Add(WitnessBenchmark.Create());
root.Subcommands.Add(SessionsBenchmark.Create());
root.Subcommands.Add(BesideBenchmark.Create());
root.Subcommands.Add(ReportBenchmark.Create());
root.Subcommands.Add(UnlikeBenchmark.Create());
root.Subcommands.Add(SealBenchmark.Create());
root.Subcommands.Add(JournalBenchmark.Create());
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
