using RunLedger.Tests.Support;

namespace RunLedger.Tests.Assistants;

/// <summary>An embedded ledger with keys, that the tests of assistants share.</summary>
public sealed class AssistantLedger : IAsyncLifetime
{
    internal EmbeddedLedger Ledger { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Ledger = await EmbeddedLedger.Start(
        [
            .. TestKey.Settings(TestKey.Reader, TestKey.Observer, TestKey.Operator),
            "--Assistants:CallsPerMinute", "10000",
        ]);

    public ValueTask DisposeAsync() => Ledger.DisposeAsync();

    internal void Forget()
    {
        foreach (var table in (string[])
            ["process_component_observation", "process_run_observation", "operator_action"])
            Ledger.List($"delete from {table}");
    }
}
