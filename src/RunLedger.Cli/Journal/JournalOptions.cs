using System.CommandLine;
using System.Globalization;
using RunLedger.Broker;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Schema;

namespace RunLedger.Cli.Journal;

/// <summary>
/// Which ledger's journal: its broker, its database, its queue; as the service is told, where not said.
/// </summary>
sealed class JournalOptions
{
    readonly Option<LedgerAddress?> _rabbitMq = LedgerAddress.RabbitMqOption();

    readonly Option<string?> _connection = new("--connection")
    {
        Description = "Npgsql connection string of the ledger's database, of a login that may create a schema; "
            + "without it ConnectionStrings__Postgres of the environment",
        HelpName = "STRING",
    };

    readonly Option<string?> _queue = new("--queue")
    {
        Description = "The ledger's queue, whose name and -journal are the stream's; without it RunLedger__QueueName "
            + "of the environment, else run-ledger",
        HelpName = "NAME",
    };

    /// <param name="command">A verb.</param>
    /// <param name="database">Whether it asks the ledger's database too.</param>
    public void AddTo(Command command, bool database)
    {
        _rabbitMq.Description = "The ledger's broker; without it RUNLEDGER_RABBITMQ or ConnectionStrings__RabbitMq of "
            + "the environment";
        command.Options.Add(_rabbitMq);
        if (database)
            command.Options.Add(_connection);
        command.Options.Add(_queue);
    }

    /// <exception cref="CliException">No broker is named.</exception>
    public (BrokerAddress Broker, string Queue) ReadBroker(ParseResult parsed) => (
        parsed.GetValue(_rabbitMq)?.Broker ?? Broker(),
        parsed.GetValue(_queue) ?? Variable("RunLedger__QueueName") ?? "run-ledger");

    /// <exception cref="CliException">Something is missing.</exception>
    public (BrokerAddress Broker, PostgresTarget Postgres, RunLedgerOptions Ledger) Read(ParseResult parsed)
    {
        var postgres = PostgresTarget.Read(parsed.GetValue(_connection) ?? Variable("ConnectionStrings__Postgres"));
        if (postgres.ConnectionString is null)
            throw new CliException(postgres.Fault);
        var (broker, queue) = ReadBroker(parsed);
        var ledger = new RunLedgerOptions { QueueName = queue, Postgres = postgres.ConnectionString };
        if (Variable("RunLedger__MaxEvidenceBytes") is { } limit)
        {
            ledger.MaxEvidenceBytes = int.TryParse(limit, CultureInfo.InvariantCulture, out var bytes) && bytes >= 0
                ? bytes
                : throw new CliException("RunLedger__MaxEvidenceBytes is no number of bytes.");
        }

        return (broker, postgres, ledger);
    }

    static BrokerAddress Broker()
    {
        foreach (var name in (string[])[LedgerAddress.RabbitMqVariable, "ConnectionStrings__RabbitMq"])
        {
            if (Variable(name) is { } text)
            {
                return BrokerAddress.TryParse(text, out var broker, out var fault)
                    ? broker
                    : throw new CliException($"{name} {fault}.");
            }
        }

        throw new CliException(
            "No broker is named: give --rabbitmq or set ConnectionStrings__RabbitMq. An embedded ledger has none, and "
            + "no journal.");
    }

    static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
}
