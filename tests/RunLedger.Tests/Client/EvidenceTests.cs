using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Intake;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Client;

/// <summary>What an author hands over that is no good.</summary>
public sealed class EvidenceTests
{
    readonly HeldTransport _ledger = new();

    static readonly Dictionary<string, Func<object>> NoEvidence = new(StringComparer.Ordinal)
    {
        ["throws"] = () => new Throwing(),
        ["NUL"] = () => new { Text = "a\0b" },
        ["NUL in a name"] = () => new Dictionary<string, int> { ["a\0b"] = 1 },
        ["too much"] = () => new string('x', 300_000),
        ["undefined"] = () => default(JsonElement),
        ["half a pair"] = () => JsonElement.Parse("""{"half":"\ud800"}"""),
        ["no double"] = () => JsonElement.Parse("1e999"),
        ["deep"] = () => JsonElement.Parse(new string('[', 62) + new string(']', 62)),
    };

    public static TheoryData<string> NoEvidenceNames => [.. NoEvidence.Keys];

    [Theory]
    [MemberData(nameof(NoEvidenceNames))]
    public async Task Evidence_that_is_no_good_costs_the_evidence_and_not_the_end_of_its_run(string evidence)
    {
        await using var host = await ClientHost.Start(_ledger);

        await host.Reporter.Run("P", run =>
        {
            run.Complete(evidence: NoEvidence[evidence]());
            return Task.CompletedTask;
        });

        var taken = await _ledger.Has(2);
        var validator = new ObservationValidator(new RunLedgerOptions(), TimeProvider.System);
        Assert.True(validator.TryValidate(Assert.IsType<RunCompleted>(taken[1]), out _, out var reason), reason);
    }

    sealed class Throwing
    {
        readonly string _said = "a getter";

        public string Value => throw new TimeoutException(_said);
    }
}
