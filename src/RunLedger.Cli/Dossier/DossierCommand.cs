using System.CommandLine;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Dossier;

/// <summary>
/// <c>dossier</c>: what a candidate's runs show, as signed evidence; <c>dossier verify</c>: whether a file still is.
/// </summary>
static class DossierCommand
{
    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        var code = new Argument<string>("CODE")
        {
            Description = "The candidate, exactly, such as PROC-CAND:dot:kg",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var asOf = new Option<string?>("--as-of")
        {
            Description = "What had occurred by then, ISO 8601, in UTC where without an offset; without it now",
            HelpName = "TIME",
        };
        var file = new Option<string?>("--out")
        {
            Description = "Write the ledger's answer here, as verify reads it, and print nothing of it",
            HelpName = "FILE",
        };
        var json = new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts" };
        var command = new Command("dossier", "What a candidate's runs show by a time, signed by the ledger")
        {
            code, url, asOf, file, json, VerifyCommand.Create(),
        };
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(code) is not { Length: > 0 } candidate)
                throw new CliException("A candidate is missing: runledger dossier PROC-CAND:dot:kg.");
            using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
            var query = parsed.GetValue(asOf) is { } at ? $"?asOf={Uri.EscapeDataString(at)}" : "";
            var answer = await ledger.Get(
                $"api/candidates/{Uri.EscapeDataString(candidate)}/dossier{query}", cancellationToken);
            if (answer.Member("document") is not { ValueKind: JsonValueKind.Object } document)
                throw new CliException($"{ledger.DisplayAddress} answered with no dossier.");
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(file) is { } path)
            {
                await Write(path, answer, cancellationToken);
                await output.WriteLineAsync(answer.Text("keyId") is { } key
                    ? $"{path}, signed with the key {key}."
                    : $"{path}, unsigned: the ledger has no signing key.");
            }
            else if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(answer.GetRawText());
            }
            else
            {
                DossierTable.Write(ConsoleOutput.CreateConsole(output), document, answer.Text("keyId"));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    static async Task Write(string path, JsonElement answer, CancellationToken cancellationToken)
    {
        try
        {
            // The canonical spelling, as it came: a member of an answer is written as it was read.
            await File.WriteAllTextAsync(path, answer.GetRawText(), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path} cannot be written: {e.Message}");
        }
    }
}
