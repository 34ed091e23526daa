using System.CommandLine;
using RunLedger.Service.Verbs;

var configuration = new ConfigurationBuilder()
    .AddJsonFile("appsettings.json", optional: true)
    .AddEnvironmentVariables()
    .Build();

var root = new RootCommand("RunLedger: a durable ledger of runs")
{
    SchemaCommand.Create(configuration),
};
return await root.Parse(args).InvokeAsync();
