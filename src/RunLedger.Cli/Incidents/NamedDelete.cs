using System.CommandLine;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Incidents;

/// <summary><c>delete NAME</c> of rules and of channels.</summary>
static class NamedDelete
{
    public static Command Create(TimeProvider time, Option<LedgerAddress?> url, string things, string description)
    {
        var name = new Argument<string>("NAME") { Description = "Its name" };
        var command = new Command("delete", description) { name };
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
            await ledger.Delete($"api/{things}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }
}
