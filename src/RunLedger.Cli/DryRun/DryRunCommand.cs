using System.CommandLine;
using RunLedger.Broker;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;
using RunLedger.Schema;

namespace RunLedger.Cli.DryRun;

/// <summary>
/// <c>dry-run</c>: the staged plan of a first deployment. Exit codes: 0 all of it worked, 1 a step failed or was
/// declined, 2 it cannot be done here.
/// </summary>
static class DryRunCommand
{
    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask before each step" };
        var connection = new Option<string?>("--connection")
        {
            Description = "Npgsql connection string of the tables' owner; without it ConnectionStrings__Postgres of "
                + "the environment",
            HelpName = "STRING",
        };
        var rabbitMq = LedgerAddress.RabbitMqOption();
        var guards = new Option<string[]>("--guard")
        {
            Description = "Tables that must not change, counted before and after; without it up to "
                + $"{DryRunPlan.MaxGuards} of the same schema",
            HelpName = "TABLE",
            AllowMultipleArgumentsPerToken = true,
        };
        var wait = Duration.CreateOption(
            "--wait", TimeSpan.FromSeconds(60), "How long the run may take to the ledger's tables");
        var command = new Command(
            "dry-run",
            "A first deployment, step by step: rehearse the tables, apply them, send one run through the "
            + "service, look at it")
        {
            yes, connection, url, rabbitMq, guards, wait,
        };
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            var postgres = PostgresTarget.Read(
                parsed.GetValue(connection) ?? Environment.GetEnvironmentVariable("ConnectionStrings__Postgres"));
            if (postgres.ConnectionString is null)
                throw new CliException(postgres.Fault);
            var console = ConsoleOutput.CreateConsole(parsed.InvocationConfiguration.Output);
            if (!parsed.GetValue(yes) && (Console.IsInputRedirected || !console.Profile.Out.IsTerminal))
                throw new CliException("dry-run asks before each step: run it in a terminal, or say --yes.");
            using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time, parsed.GetValue(wait));
            var run = new DryRunPlan(
                console, postgres, parsed.GetValue(guards) ?? [], ledger,
                parsed.GetValue(rabbitMq)?.Broker ?? Broker(), parsed.GetValue(wait), time);
            return await run.Run(parsed.GetValue(yes), cancellationToken);
        });
        return command;
    }

    static BrokerAddress? Broker()
    {
        var text = Environment.GetEnvironmentVariable("ConnectionStrings__RabbitMq");
        return string.IsNullOrWhiteSpace(text) ? null
            : BrokerAddress.TryParse(text, out var broker, out var fault) ? broker
            : throw new CliException($"ConnectionStrings__RabbitMq {fault}.");
    }
}
