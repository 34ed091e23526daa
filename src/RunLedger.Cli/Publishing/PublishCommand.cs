using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Cli.Observing;
using RunLedger.Cli.Sending;

namespace RunLedger.Cli.Publishing;

/// <summary><c>publish TYPE</c>: one message by hand. Exit codes: 0 taken, 1 refused, 2 nobody took it.</summary>
static class PublishCommand
{
    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.Url();
        var rabbitMq = LedgerAddress.RabbitMq();
        var type = new Argument<string>("TYPE") { Description = $"One of {string.Join(", ", MessageFields.Types)}" };
        var file = new Option<string?>("--json")
        {
            Description =
                "The whole message as a JSON object, from a file or with - from standard input, instead of fields",
            HelpName = "FILE",
        };
        var fields = new MessageFields();
        var command = new Command(
            "publish", "Send one message; what it does not say is taken from the run around, as observe tells it")
        {
            type, url, rabbitMq, file,
        };
        fields.AddTo(command);
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(type) is { Tokens: [var token] } && !MessageFields.Types.Contains(token.Value))
                parsed.AddError(
                    $"'{token.Value}' is no message: send one of {string.Join(", ", MessageFields.Types)}.");
            if (parsed.GetResult(url) is not null && parsed.GetResult(rabbitMq) is not null)
                parsed.AddError("Name one place to send to: --url or --rabbitmq.");
            if (parsed.GetResult(file) is not null && fields.Given(parsed).Any())
                parsed.AddError("Give the message as --json or as fields, not both.");
        });
        command.Does(async (parsed, cancellationToken) =>
        {
            var contract = parsed.GetValue(type)!;
            var message = parsed.GetValue(file) is { } path
                ? await Read(path, contract, cancellationToken)
                : MessageFields.Fill(contract, fields.Given(parsed.CommandResult), RunVariables.Read(), time);
            var address = parsed.GetValue(url)
                ?? parsed.GetValue(rabbitMq)
                ?? RunVariables.Address()
                ?? LedgerAddress.Default;
            return await Send(address, message, parsed.InvocationConfiguration, time, cancellationToken);
        });
        return command;
    }

    static async Task<int> Send(
        LedgerAddress address,
        JsonObject message,
        InvocationConfiguration streams,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(message.ToJsonString());
        var what = $"{message["type"]}{(message["processRunId"] is { } run ? $" of run {run}" : "")}";
        if (address.IsBroker)
        {
            await ToBroker(address, bytes, cancellationToken);
            await streams.Output.WriteLineAsync(
                $"The broker has it: {what}. Whether the ledger takes it: runledger runs show, or /api/rejected.");
            return Exit.Done;
        }

        using var ledger = new LedgerHttp(address, time);
        var answer = await ledger.Post("api/observations", bytes, cancellationToken: cancellationToken)
            ?? throw new CliException("The ledger refuses it: the message is larger than it takes.", Exit.No);
        if (answer.Rejected is [var (_, reason), ..])
            throw new CliException($"The ledger refuses it: {reason}", Exit.No);
        await streams.Output.WriteLineAsync($"Taken: {what}.");
        return Exit.Done;
    }

    /// <exception cref="CliException">It is not known to be durable.</exception>
    public static async Task ToBroker(
        LedgerAddress address, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await using var broker = new BrokerTransport(address);
        try
        {
            await broker.Send([message], cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            var reason = e is RabbitMQ.Client.Exceptions.PublishException { IsReturn: true }
                || e.Message.Contains("NOT_FOUND", StringComparison.Ordinal)
                ? "no ledger has its queue there yet: start one once"
                : e.GetBaseException().Message.ReplaceLineEndings(" ");
            throw new CliException($"{address.Shown} does not take it: {reason}");
        }
    }

    static async Task<JsonObject> Read(string path, string contract, CancellationToken cancellationToken)
    {
        try
        {
            var text = path == "-"
                ? await Console.In.ReadToEndAsync(cancellationToken)
                : await File.ReadAllTextAsync(path, cancellationToken);
            if (JsonNode.Parse(text) is not JsonObject message)
                throw new CliException($"{path} is no JSON object.");
            if (message["type"]?.ToString() is { } other && other != contract)
                throw new CliException($"{path} says its type is {other}, not {contract}.");
            message["type"] = contract;
            return message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw new CliException($"{path} cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
