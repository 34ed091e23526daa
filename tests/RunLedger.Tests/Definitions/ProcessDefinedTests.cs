using RunLedger.Contracts;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Definitions;

/// <summary>The message that makes a definition known.</summary>
public sealed class ProcessDefinedTests : IAsyncLifetime
{
    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await LedgerHarness.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task Runs_before_and_after_it_have_the_definition()
    {
        var (before, after) = (Some.Run(), Some.Run());
        await _ledger.Take(before.Started());

        await _ledger.Take(Defined(before.Candidate, "PROC:kg"));
        await _ledger.Take(after.Started());

        Assert.Equal("PROC:kg", (await _ledger.Row(before.Id)).ProcessDefinitionCode);
        Assert.Equal("PROC:kg", (await _ledger.Row(after.Id)).ProcessDefinitionCode);
    }

    [Fact]
    public async Task What_makes_no_sense_is_rejected_with_a_reason()
    {
        await _ledger.Take(Defined("P", " "));

        Assert.StartsWith(
            "processDefinitionCode is missing or empty",
            await _ledger.Scalar("select reason from rejected_observation where contract = 'ProcessDefined'"),
            StringComparison.Ordinal);
    }

    static ProcessDefined Defined(string candidate, string definition) =>
        new() { ProcessCandidateCode = candidate, ProcessDefinitionCode = definition, OccurredAt = Some.Noon };
}
