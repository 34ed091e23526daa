using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Testing;

namespace RunLedger.Tests.Folding;

/// <summary>What was not said contradicts nothing.</summary>
public sealed class DisagreementTests
{
    readonly Some _run = Some.Run();

    [Theory]
    [InlineData("CD:tekton:nightly", "CD:tekton:unknown", 0)]
    [InlineData("CI:jenkins:nightly", "CD:unknown:nightly", 0)]
    [InlineData("CI:jenkins:nightly", "CI:jenkins:hourly", 1)]
    [InlineData("CI:jenkins:nightly", "CI:jenkins:the-unknown", 1)]
    [InlineData("PROC-CAND:dot:kg", "PROC-CAND:dot:unknown", 1)]
    [InlineData("CD:tekton:unknown", "CD:tekton:nightly", 1)]
    public void A_candidate_that_means_not_known_is_no_other_one(string counts, string other, int conflicts)
    {
        var fold = Folded(
            _run.Started() with { ProcessCandidateCode = counts },
            _run.StepCompleted(Guid.CreateVersion7()) with { ProcessCandidateCode = other });

        Assert.Equal(conflicts, Disagreements.Identities(fold));
        Assert.Equal(conflicts, Disagreements.Conflicts(fold, "candidate").Count);
        Assert.Equal(counts, RunRow.From(fold).ProcessCandidateCode);
    }

    [Fact]
    public void A_correlation_that_is_the_runs_own_id_is_no_other_one()
    {
        var started = _run.Started() with { CorrelationId = "order-17" };
        var step = _run.StepCompleted(Guid.CreateVersion7());

        Assert.Equal(0, Disagreements.Identities(Folded(started, step with { CorrelationId = $"{_run.Id}" })));
        Assert.Equal(
            1, Disagreements.Identities(Folded(started, step with { CorrelationId = $"{Guid.CreateVersion7()}" })));
    }

    static Fold Folded(params RunObservation[] messages) =>
        messages.Select(message => RunProjection.Of(Admit(message))).Aggregate(Fold.Merge);

    static Observation Admit(RunObservation message)
    {
        var validator = new ObservationValidator(new RunLedgerOptions(), new FakeTimeProvider(Some.Noon));
        Assert.True(validator.TryValidate(message, out var observation, out var reason), reason);
        return observation;
    }
}
