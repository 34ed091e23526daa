using ModelContextProtocol.Client;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Assistants;

/// <summary>An embedded ledger with keys, that the tests of assistants share.</summary>
public sealed class AssistantLedger : IAsyncLifetime
{
    /// <summary>May read, and ask in SQL.</summary>
    internal static readonly TestKey Analyst = new("analyst", "read", "query");

    internal EmbeddedLedger Ledger { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Ledger = await EmbeddedLedger.Start(
        [
            .. TestKey.Settings(TestKey.Reader, TestKey.Observer, TestKey.Operator, Analyst),
            "--Assistants:CallsPerMinute", "10000",
        ]);

    public ValueTask DisposeAsync() => Ledger.DisposeAsync();

    internal static Task<McpClient> Connect(EmbeddedLedger ledger, TestKey? key) => McpClient.CreateAsync(
        new HttpClientTransport(new()
        {
            Endpoint = new Uri(ledger.Client.BaseAddress!, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = key is null ? null : new Dictionary<string, string> { ["X-Api-Key"] = key.Text },
        }),
        cancellationToken: TestContext.Current.CancellationToken);

    internal void Forget()
    {
        foreach (var table in (string[])
            ["process_component_observation", "process_run_observation", "operator_action"])
            Ledger.List($"delete from {table}");
    }
}
