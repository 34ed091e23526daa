using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Service.Demo;

namespace RunLedger.Tests.Demo;

public sealed class DemoMixTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    static readonly IReadOnlyList<RunObservation> Mix = DemoMix.Of(200, seed: 7, Now);

    [Fact]
    public void The_same_seed_at_the_same_time_says_the_same()
    {
        Assert.Equal(Lines(Mix), Lines(DemoMix.Of(200, seed: 7, Now)));
        Assert.NotEqual(Lines(Mix), Lines(DemoMix.Of(200, seed: 8, Now)));
    }

    [Fact]
    public void The_same_seed_at_another_time_is_about_other_runs() =>
        Assert.Empty(Runs(Mix).Intersect(Runs(DemoMix.Of(200, seed: 7, Now.AddMinutes(1)))));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(200)]
    public void It_is_about_as_many_runs_as_were_asked_for(int runs)
    {
        foreach (var seed in Enumerable.Range(0, 50))
            Assert.Equal(runs, Runs(DemoMix.Of(runs, seed, Now)).Count());
    }

    [Fact]
    public void The_door_lets_every_message_in_and_none_happened_after_now()
    {
        var validator = new ObservationValidator(new RunLedgerOptions(), new FakeTimeProvider(Now));

        Assert.All(Mix, message => Assert.True(validator.TryValidate(message, out _, out var reason), reason));
        Assert.All(Mix, message => Assert.InRange(message.OccurredAt, Now.AddHours(-4), Now));
    }

    [Fact]
    public void There_is_at_least_one_of_each_kind_even_in_a_small_mix()
    {
        foreach (var seed in Enumerable.Range(0, 50))
        {
            var mix = DemoMix.Of(20, seed, Now);
            var tally = DemoTally.Of(mix);

            Assert.Equal(ContractMap.Folded.Order(), mix.Select(message => message.GetType().Name).Distinct().Order());
            int[] counts =
            [
                tally.Nested, tally.Completed, tally.Failed, tally.Cancelled, tally.Unfinished, tally.Retried,
                tally.Repeated, tally.OutOfOrder,
            ];
            Assert.DoesNotContain(0, counts);
        }
    }

    [Fact]
    public void Every_source_system_and_several_candidates_speak()
    {
        Assert.Equal(SourceSystems.All.Order(), Mix.Select(message => message.SourceSystem).Distinct().Order());
        Assert.True(Mix.Select(message => message.ProcessCandidateCode).Distinct().Count() >= 5);
    }

    [Fact]
    public void A_parent_is_a_run_of_the_mix_and_shares_its_wire_key()
    {
        var keys = Mix.DistinctBy(message => message.ProcessRunId)
            .ToDictionary(message => message.ProcessRunId, message => message.CorrelationId);

        foreach (var child in Mix.Where(message => message.ParentRunId is not null))
            Assert.Equal(child.CorrelationId, keys[child.ParentRunId!.Value]);
    }

    [Fact]
    public void A_step_that_is_tried_again_has_a_new_component_id_after_one_that_failed()
    {
        foreach (var again in Mix.OfType<StepStarted>().Where(step => step.EventCode == "retried"))
        {
            var failed = Mix.OfType<StepFailed>()
                .First(step => step.ProcessRunId == again.ProcessRunId && step.DotCode == again.DotCode);
            Assert.NotEqual(failed.ComponentRunId, again.ComponentRunId);
            Assert.True(failed.OccurredAt < again.OccurredAt);
        }
    }

    [Fact]
    public void The_rows_tell_what_the_tally_says()
    {
        var validator = new ObservationValidator(new RunLedgerOptions(), new FakeTimeProvider(Now));
        var statuses = Mix.GroupBy(message => message.ProcessRunId).Select(run => RunProjection.Observed(run
            .Select(message =>
                validator.TryValidate(message, out var observation, out _) ? RunProjection.Of(observation) : null!)
            .Aggregate(Fold.Merge))).CountBy(status => status).ToDictionary();
        var tally = DemoTally.Of(Mix);

        Assert.Equal(
            (tally.Completed, tally.Failed, tally.Cancelled),
            (statuses[RunStatus.Completed], statuses[RunStatus.Failed], statuses[RunStatus.Cancelled]));
        Assert.Equal(tally.Unfinished, statuses[RunStatus.Observed] + statuses[RunStatus.StepStarted]);
    }

    static IEnumerable<Guid> Runs(IEnumerable<RunObservation> mix) =>
        mix.Select(message => message.ProcessRunId).Distinct();

    static IEnumerable<string> Lines(IEnumerable<RunObservation> mix) =>
        mix.Select(message => $"{message with { EvidenceRef = null }} {message.EvidenceRef}");
}
