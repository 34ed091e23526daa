using System.Text.Json;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>
/// The queues and exchanges of a ledger, as a service declared them once: a copy costs less than a service that starts
/// and stops. One that starts on a copy declares them again, and does not come up where they are not as it says.
/// </summary>
static class Declared
{
    static readonly Lazy<Task<JsonElement>> ByService = new(Declare);

    public static async Task On(VirtualHost host) => await host.Import(await ByService.Value);

    static async Task<JsonElement> Declare()
    {
        await using var site = await LedgerSite.Create();
        await (await site.Start()).Stop();
        return await site.Host!.Export();
    }
}
