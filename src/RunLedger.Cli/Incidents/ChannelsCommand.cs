using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Incidents;

/// <summary>
/// <c>channels list | put | test | delete</c>: through what people are told. Exit codes: 0 answered, 1 refused, not
/// there or not delivered, 2 no ledger. A channel is a JSON file, because a command line is no place for a secret.
/// </summary>
static class ChannelsCommand
{
    const string StandardInput = "-";

    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        url.Recursive = true;
        var json =
            new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts", Recursive = true };
        return new("channels", "Through what people are told")
        {
            url, json, List(), Put(), Test(), NamedDelete.Create(time, url, "channels", "Takes a channel away"),
        };

        Command List()
        {
            var command = new Command("list", "The channels, as a table");
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Get("api/channels", cancellationToken);
                Answer.Write(
                    parsed, json, answer, [.. answer.Items("items")], "There is no channel.",
                    IncidentTables.ForChannels);
                return ExitCodes.Success;
            });
            return command;
        }

        Command Put()
        {
            var name = Name();
            var file = new Option<string>("--file")
            {
                Description = "The channel as JSON, such as {\"kind\":\"slack\",\"address\":\"https://…\"}; - is the "
                    + "standard input",
                HelpName = "FILE",
                Required = true,
            };
            var command = new Command("put", "Puts a channel, or changes it") { name, file };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Put(
                    Route(parsed.GetValue(name)!), await Read(parsed.GetValue(file)!, cancellationToken),
                    cancellationToken);
                Answer.Write(parsed, json, answer, [answer], "", IncidentTables.ForChannels);
                return ExitCodes.Success;
            });
            return command;
        }

        Command Test()
        {
            var name = Name();
            var command = new Command("test", "Tells through a channel that it is tested; 1 where that fails") { name };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Act($"{Route(parsed.GetValue(name)!)}/test", cancellationToken);
                var output = parsed.InvocationConfiguration.Output;
                var delivered = answer.Member("delivered") is { ValueKind: JsonValueKind.True };
                await output.WriteLineAsync(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(answer, Json.Indented)
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(delivered ? "Delivered" : "Not delivered")} in {answer.Member("tookMs")} ms: "
                        + $"{TerminalText.Sanitize(answer.Text("said") ?? "")}"));
                return delivered ? ExitCodes.Success : ExitCodes.Failure;
            });
            return command;
        }
    }

    static async Task<JsonElement> Read(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{file} cannot be read: {e.Message}");
        }
        catch (JsonException)
        {
            throw new CliException($"{file} is not JSON.");
        }
    }

    static string Route(string name) => $"api/channels/{Uri.EscapeDataString(name)}";

    static Argument<string> Name() => new("NAME") { Description = "The channel's name" };
}
