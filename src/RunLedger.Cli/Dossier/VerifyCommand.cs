using System.CommandLine;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Output;
using RunLedger.Signing;

namespace RunLedger.Cli.Dossier;

/// <summary>
/// <c>dossier verify</c>: asks nobody, so that it works where no ledger is. Exit codes: 0 as signed, 1 not as signed,
/// by somebody else or by nobody, 2 no such file or key.
/// </summary>
static class VerifyCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "What --out, or the ledger's page, wrote" };
        var key = new Option<string>("--key")
        {
            Description = "The ledger's public key: the .pub of key create --signing, or a JWK; get it from whom you "
                + "trust, not with the file",
            HelpName = "PUB",
            Required = true,
        };
        var command = new Command("verify", "Whether a dossier is as the ledger signed it; asks no ledger")
        {
            file, key,
        };
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(key)!;
            var text = await Read(path, File.ReadAllTextAsync, cancellationToken);
            if (VerifyingKey.TryRead(text) is not { } trusted)
            {
                throw new CliException(text.Contains("PRIVATE KEY", StringComparison.Ordinal)
                    ? $"{path} is the private key: --key takes the public one, {path}.pub. Verifying needs no secret."
                    : $"{path} holds no Ed25519 public key, neither as PEM nor as a JWK.");
            }

            var dossier = parsed.GetValue(file)!;
            var bytes = await Read(dossier, File.ReadAllBytesAsync, cancellationToken);
            var found = SignedDocument.Verify(bytes, trusted);
            if (found.Fault is not null)
                throw new CliException($"{dossier}: {found.Words}", ExitCodes.Failure);
            using var json = JsonDocument.Parse(bytes);
            var document = json.RootElement.GetProperty("document");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"{dossier}: {found.Words} It is of {document.Text("candidate")} as of {document.Text("asOf")}.");
            return ExitCodes.Success;
        });
        return command;
    }

    static async Task<T> Read<T>(
        string path, Func<string, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path} cannot be read: {e.Message}");
        }
    }
}
