using RunLedger.Journal;

namespace RunLedger.Tests.Journal;

public sealed class InferredValuesTests
{
    const string Open =
        """
        {"flags": [{"flag": "stuck", "limit": "run", "value": "01:00:00", "lastObservedAt": "2026-03-01T08:00:00Z",
        "flaggedAt": "2026-03-01T09:00:00Z"}]}
        """;

    const string Over =
        """
        {"flags": [{"flag": "stuck", "limit": "run", "value": "01:00:00", "lastObservedAt": "2026-03-01T08:00:00Z",
        "flaggedAt": "2026-03-01T09:00:00Z", "recoveredAt": "2026-03-01T09:10:00Z", "recoveredBy": "RunHeartbeat"}]}
        """;

    [Theory]
    [InlineData("started", "started", null, true)]
    [InlineData("stuck", "started", Open, true)]
    [InlineData("stuck", "started", Over, false)]
    [InlineData("stuck", "started", null, false)]
    [InlineData("stuck", "completed", Open, false)]
    [InlineData("orphan", "started", Open, false)]
    [InlineData("failed", "completed", Open, false)]
    public void A_status_is_the_logs_or_a_flag_that_is_open(string ledger, string log, string? evidence, bool same) =>
        Assert.Equal(same, InferredValues.SameStatus(ledger, log, evidence));

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(Open, null, true)]
    [InlineData("""{"from": {"n": 1}}""", """{"from": {"n": 1}, "flags": []}""", true)]
    [InlineData("""{"from": {"n": 1}}""", """{"from": {"n": 2}}""", false)]
    [InlineData(
        """{"warnings": ["its parent 0194fdc2-fa2f-7cc0-81d3-ff1207450009 was never observed"]}""", null, true)]
    [InlineData("""{"warnings": ["its parent was seen by nobody"]}""", null, false)]
    [InlineData("[1]", null, false)]
    [InlineData("7", null, false)]
    public void Evidence_is_the_logs_but_for_what_the_ledger_inferred(string? ledger, string? log, bool same) =>
        Assert.Equal(same, InferredValues.SameEvidence(ledger, log));
}
