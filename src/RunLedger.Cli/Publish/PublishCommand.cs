using System.Buffers;
using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Observe;
using RunLedger.Cli.Options;
using RunLedger.Cli.Transport;
using RunLedger.Intake;

namespace RunLedger.Cli.Publish;

/// <summary>
/// <c>publish TYPE</c>: one message by hand. Exit codes: 0 accepted, 1 rejected, 2 nobody accepted it.
/// </summary>
static class PublishCommand
{
    public static Command Create(TimeProvider time)
    {
        var destination = new LedgerAddressOptions();
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
            type
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(type) is { Tokens: [var token] } && !MessageFields.Types.Contains(token.Value))
                parsed.AddError(
                    $"'{token.Value}' is no message: send one of {string.Join(", ", MessageFields.Types)}.");
        });
        destination.AddTo(command);
        command.Options.Add(file);
        fields.AddTo(command);
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(file) is not null && fields.Given(parsed).Any())
                parsed.AddError("Give the message as --json or as fields, not both.");
        });
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            var contract = parsed.GetValue(type)!;
            var message = parsed.GetValue(file) is { } path
                ? await ReadMessage(path, contract, cancellationToken)
                : Encoding.UTF8.GetBytes(MessageFields.CreateMessage(
                    contract, fields.Given(parsed.CommandResult), RunEnvironment.Read(), time).ToJsonString());
            return await Send(
                destination.Read(parsed), contract, message, parsed.InvocationConfiguration, time, cancellationToken);
        });
        return command;
    }

    static async Task<int> Send(
        LedgerAddress address,
        string contract,
        byte[] message,
        InvocationConfiguration streams,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var what = ReadableJson.Member(JsonElement.Parse(message, JsonBody.AnyDepth), "processRunId") is { } run
            ? $"{contract} of run {StorableText.Unescape(JsonMarshal.GetRawUtf8Value(run)).Trim('"')}"
            : contract;
        if (address.Broker is { } broker)
        {
            await RabbitMqTransport.Publish(broker, message, cancellationToken);
            await streams.Output.WriteLineAsync(
                $"The broker has it: {what}. Whether the ledger takes it: runledger runs show, or /api/rejected.");
            return ExitCodes.Success;
        }

        using var ledger = new LedgerApiClient(address, time);
        var answer = await ledger.Post("api/observations", message, cancellationToken: cancellationToken)
            ?? throw new CliException("The ledger refuses it: the message is larger than it takes.", ExitCodes.Failure);
        if (answer.Rejected is [var (_, reason), ..])
            throw new CliException($"The ledger refuses it: {reason}", ExitCodes.Failure);
        await streams.Output.WriteLineAsync($"Taken: {what}.");
        return ExitCodes.Success;
    }

    /// <summary>With its type; the ledger says what it cannot keep of it.</summary>
    static async Task<byte[]> ReadMessage(string path, string contract, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, cancellationToken);
            if (!JsonBody.TryParse(bytes.ToArray(), out var json, out var fault))
                throw new CliException($"{path} cannot be read: {fault.ReplaceLineEndings(" ")}");
            if (json.ValueKind != JsonValueKind.Object)
                throw new CliException($"{path} is no JSON object.");
            if (JsonBody.TypeOf(json) is { } other && other.ToString() != contract)
                throw new CliException($"{path} says its type is {other}, not {contract}.");
            var message = new ArrayBufferWriter<byte>();
            await using (var writer = new Utf8JsonWriter(message))
            {
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject().Where(member => ReadableJson.Name(member) is not null))
                {
                    writer.WritePropertyName(member.Name);
                    writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
                }

                writer.WriteString("type", contract);
                writer.WriteEndObject();
            }

            return message.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or InvalidOperationException)
        {
            throw new CliException($"{path} cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
