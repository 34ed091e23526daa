using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Folding;

/// <summary>What lets partial rows be merged in any grouping, with a store and a reload between.</summary>
public sealed class FoldMergeTests
{
    const int Cases = 1_000;

    // Few sets disagree more than 32 times by chance, or have more than 32 attempts: most of them are made to.
    static readonly Gen<Observation[]> Set =
        Gen.OneOf(ObservationGen.Set, ObservationGen.Disagreeing, ObservationGen.Persistent)
            .Select(set => set.Select(Admit).ToArray());

    static readonly Gen<(Observation[], Observation[])> Two = Gen.Select(Set, Set);
    static readonly Gen<(Observation[], Observation[], Observation[])> Three = Gen.Select(Set, Set, Set);

    [Fact]
    public void Merging_runs_is_commutative_and_idempotent() => Two.Sample((a, b) =>
    {
        var (x, y) = (Runs(a), Runs(b));
        return Same(Fold.Merge(x, y), Fold.Merge(y, x))
            && Same(Fold.Merge(x, x), x)
            && Same(Fold.Merge(Fold.Merge(x, y), y), Fold.Merge(x, y));
    }, iter: Cases);

    [Fact]
    public void Merging_runs_is_associative() => Three.Sample((a, b, c) =>
    {
        var (x, y, z) = (Runs(a), Runs(b), Runs(c));
        return Same(Fold.Merge(Fold.Merge(x, y), z), Fold.Merge(x, Fold.Merge(y, z)));
    }, iter: Cases);

    [Fact]
    public void Merging_partial_runs_gives_what_folding_their_observations_gives() => Two.Sample((a, b) =>
        Same(Fold.Merge(Runs(a), Runs(b)), Runs([.. b, .. a])), iter: Cases);

    [Fact]
    public void Merging_components_is_commutative_associative_and_idempotent() => Three.Sample((a, b, c) =>
    {
        if (Components(a) is not { } x || Components(b) is not { } y || Components(c) is not { } z)
            return true;
        return SameDetail(Fold.Merge(x, y), Fold.Merge(y, x))
            && SameDetail(Fold.Merge(x, x), x)
            && SameDetail(Fold.Merge(Fold.Merge(x, y), z), Fold.Merge(x, Fold.Merge(y, z)));
    }, iter: Cases);

    [Fact]
    public void A_run_that_was_stored_and_loaded_is_the_run_that_was_stored() => Set.Sample(a =>
    {
        var run = Runs(a);
        return Same(Jsonb.Through(RunRow.From(run)).ToEntry().Fold, run);
    }, iter: Cases);

    [Fact]
    public void A_component_that_was_stored_and_loaded_is_the_component_that_was_stored() => Set.Sample(a =>
    {
        // The ledger may keep the run under an id of which the component knows nothing.
        var component = Components(a);
        return component is null
            || SameDetail(Jsonb.Through(ComponentRow.From(component, Guid.AllBitsSet)).ToEntry().Fold, component);
    }, iter: Cases);

    [Fact]
    public void Storing_and_loading_between_merges_changes_nothing() => Two.Sample((a, b) =>
    {
        var stored = Jsonb.Through(RunRow.From(Runs(a))).ToEntry().Fold;
        return Same(Fold.Merge(stored, Runs(b)), Fold.Merge(Runs(a), Runs(b)));
    }, iter: Cases);

    [Fact]
    public void More_than_32_that_lost_are_counted_as_32_and_more()
    {
        var run = Some.Run();
        var fold = Enumerable.Range(0, 34).Select(n => RunProjection.Of(Admit(run.Completed() with
        {
            OccurredAt = Some.Noon.AddSeconds(n),
            CorrelationId = $"c{n}",
        }))).Aggregate(Fold.Merge);

        var row = RunRow.From(fold);

        Assert.Equal(Some.Noon.UtcDateTime, row.EndedAt);
        Assert.Contains("32+ other ends were reported", row.EvidenceRef, StringComparison.Ordinal);
        Assert.Contains("32+ other identities were reported", row.EvidenceRef, StringComparison.Ordinal);
        Assert.Equal(32, fold.Endings.Losers.Length);
    }

    [Fact]
    public void Of_exactly_32_that_lost_every_one_is_told()
    {
        var run = Some.Run();
        var fold = Enumerable.Range(0, 33)
            .Select(n => RunProjection.Of(Admit(run.Completed() with { OccurredAt = Some.Noon.AddSeconds(n) })))
            .Aggregate(Fold.Merge);

        Assert.DoesNotContain("32+", RunRow.From(fold).EvidenceRef, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_more_than_32_earlier_attempts_the_last_32_are_told_and_that_there_were_more()
    {
        var run = Some.Run();
        var fold = Enumerable.Range(1, 34)
            .Select(n => RunProjection.Of(Admit(run.Failed() with { Attempt = n })))
            .Aggregate(Fold.Merge);

        var evidence = JsonNode.Parse(RunRow.From(fold).EvidenceRef!)!;

        Assert.Equal(34, (int?)evidence["attempt"]);
        Assert.Equal(
            Enumerable.Range(2, 32).Reverse(), evidence["attempts"]!.AsArray().Select(a => (int)a!["attempt"]!));
        Assert.True((bool?)evidence["moreAttempts"]);
    }

    [Fact]
    public void A_row_that_something_else_wrote_gives_way_to_what_is_observed_and_keeps_the_rest()
    {
        var run = Some.Run();
        var foreign = new RunRow
        {
            ProcessRunId = run.Id,
            ProcessCandidateCode = "guessed",
            CorrelationId = "guessed",
            SourceSystem = SourceSystems.DryRun,
            InputRef = "s3://in",
            Status = RunStatus.Started,
            StartedAt = Some.Noon.UtcDateTime.AddHours(-1),
        };

        var row = RunRow.From(Fold.Merge(foreign.ToEntry().Fold, RunProjection.Of(Admit(run.Completed()))));

        Assert.Equal(run.Candidate, row.ProcessCandidateCode);
        Assert.Equal("s3://in", row.InputRef);
        Assert.Equal(foreign.StartedAt, row.StartedAt);
        Assert.Equal(RunStatus.Completed, row.Status);
    }

    static Fold Runs(IEnumerable<Observation> set) => set.Select(RunProjection.Of).Aggregate(Fold.Merge);

    static Fold? Components(IEnumerable<Observation> set)
    {
        var steps = set.Where(o => o.Message is StepObservation).Select(ComponentProjection.Of).ToList();
        return steps.Count == 0 ? null : steps.Aggregate(Fold.Merge);
    }

    static bool Same(Fold a, Fold b) => Jsonb.Same(RunRow.From(a), RunRow.From(b));

    static bool SameDetail(Fold a, Fold b) =>
        Jsonb.Same(ComponentRow.From(a, Guid.AllBitsSet), ComponentRow.From(b, Guid.AllBitsSet));

    static Observation Admit(RunObservation message)
    {
        var validator = new ObservationValidator(new RunLedgerOptions(), new FakeTimeProvider(Some.Noon));
        Assert.True(validator.TryValidate(message, out var observation, out var reason), reason);
        return observation;
    }
}
