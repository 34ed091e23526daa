using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Folding;

/// <summary>A row says all that the next merge needs.</summary>
public sealed class FoldCodecTests
{
    [Fact]
    public void A_header_read_back_merges_as_the_fold_it_was() => ObservationGen.Set.Sample(
        set =>
        {
            var folds = set.Select(message => RunProjection.Of(Validated.By(message))).ToList();
            for (var kept = 1; kept <= folds.Count; kept++)
            {
                var stored = RunRow.From(folds[..kept].Aggregate(Fold.Merge));
                var resumed = folds[kept..].Aggregate(AsStored(stored).ToEntry().Fold, Fold.Merge);
                Same(RunRow.From(folds.Aggregate(Fold.Merge)), RunRow.From(resumed));
            }
        },
        iter: 2_000);

    [Fact]
    public void A_component_read_back_merges_as_the_fold_it_was() => ObservationGen.Set.Sample(
        set =>
        {
            var folds = set.OfType<StepObservation>()
                .Select(message => ComponentProjection.Of(Validated.By(message)))
                .ToList();
            for (var kept = 1; kept <= folds.Count; kept++)
            {
                // Kept under another run, as after a merge of runs: what was sent is not lost.
                var stored = ComponentRow.From(folds[..kept].Aggregate(Fold.Merge), Guid.AllBitsSet);
                var resumed = folds[kept..].Aggregate(AsStored(stored).ToEntry().Fold, Fold.Merge);
                Same(
                    ComponentRow.From(folds.Aggregate(Fold.Merge), Guid.Empty), ComponentRow.From(resumed, Guid.Empty));
                Assert.Equal(
                    ComponentProjection.RunId(folds.Aggregate(Fold.Merge)), ComponentProjection.RunId(resumed));
            }
        },
        iter: 2_000);

    [Fact]
    public void A_row_of_a_newer_version_is_refused()
    {
        var row = RunRow.From(RunProjection.Of(Validated.By(Some.Run().Started())));
        row.Fold![0] = FoldCodec.Version + 1;

        var refused = Assert.Throws<NewerFoldException>(() => row.ToEntry().Fold);

        Assert.Contains(
            $"{row.Id} is kept in version 3 of the fold and this RunLedger knows 2",
            refused.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(26, "a contract of number 200")]
    [InlineData(55, "a status of number 200")]
    [InlineData(74, "a column of number 199")]
    public void A_row_with_a_number_that_only_a_newer_version_knows_is_refused_and_not_misread(int at, string unknown)
    {
        var ended = Some.Run().Completed() with { IdempotencyKey = "kg/2026-03-01" };
        var row = RunRow.From(RunProjection.Of(Validated.By(ended)));
        row.Fold![at] = 200;

        var refused = Assert.Throws<NewerFoldException>(() => row.ToEntry());

        Assert.Contains($"{row.Id} is kept with {unknown}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_numbers_that_are_stored_are_those_of_this_version_and_a_new_one_needs_a_new_version()
    {
        Assert.Equal(
            ((byte)2, 10, 7, 9),
            (FoldCodec.Version, Enum.GetValues<Contract>().Length, Enum.GetValues<RegisterColumn>().Length,
                Enum.GetValues<RunStatus>().Length));
    }

    // What a version before can read it does not refuse: only runs that are tried again need this one.
    [Theory]
    [InlineData(null, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void A_row_that_says_nothing_of_attempts_is_kept_in_the_version_before(int? attempt, byte version)
    {
        var row = RunRow.From(RunProjection.Of(Validated.By(Some.Run().Started() with { Attempt = attempt })));

        Assert.Equal((version, attempt ?? 1), (row.Fold![0], row.Attempt));
    }

    // A first sign, and that there is no other end: nine bytes at the end of each attempt.
    [Fact]
    public void A_row_of_before_that_knows_less_of_its_attempts_is_read_and_merged_all_the_same()
    {
        var run = Some.Run();
        var fold = Fold.Merge(
            Fold.Merge(Of(run.Heartbeat(), 0, 1), Of(run.Started(), 5, 1)), Of(run.Started(), 60, 2));
        var row = RunRow.From(fold);
        var before = row with { Fold = row.Fold![..^9] };

        var (known, less) = (row.ToEntry().Fold, before.ToEntry().Fold);

        Assert.True(Fold.Same(fold, known));
        Assert.Equal(known.Past.Members[0].FirstAt + 5_000_000, less.Past.Members[0].FirstAt);
        Assert.True(Fold.Same(fold, Fold.Merge(less, known)));

        static Fold Of(RunObservation message, int seconds, int attempt) => RunProjection.Of(Validated.By(
            message with { OccurredAt = Some.Noon.AddSeconds(seconds), Attempt = attempt }));
    }

    [Fact]
    public void Anything_observed_is_a_better_source_than_a_row_of_others()
    {
        var run = Some.Run();
        var foreign = new RunRow
        {
            ProcessRunId = run.Id,
            ProcessCandidateCode = "by hand",
            CorrelationId = "hand",
            SourceSystem = SourceSystems.DryRun,
            Status = RunStatus.Started,
            StartedAt = run.Start.UtcDateTime,
            InputRef = "hand",
            IdempotencyKey = "hand",
        };

        var row = RunRow.From(Fold.Merge(
            foreign.ToEntry().Fold, RunProjection.Of(Validated.By(run.Heartbeat() with { InputRef = "in" }))));

        Assert.Equal(
            (run.Candidate, "in", "hand", RunStatus.Started, foreign.StartedAt),
            (row.ProcessCandidateCode, row.InputRef, row.IdempotencyKey, row.Status, row.StartedAt));
        Assert.Contains("also said to be of candidate by hand", row.EvidenceRef, StringComparison.Ordinal);
    }

    // jsonb gives evidence back in a spelling of its own: members by length, spaces between.
    static T AsStored<T>(T row)
        where T : LedgerRow => row.EvidenceRef is not { } json ? row : row with
        {
            EvidenceRef = Reordered(JsonNode.Parse(json))!.ToJsonString(
                new JsonSerializerOptions { WriteIndented = true }),
        };

    static JsonNode? Reordered(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(
            members.OrderByDescending(member => member.Key, StringComparer.Ordinal)
                .Select(member => KeyValuePair.Create(member.Key, Reordered(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Reordered)]),
        _ => node?.DeepClone(),
    };

    static void Same<T>(T expected, T actual)
        where T : LedgerRow
    {
        Assert.Equal(
            expected with { Fold = null, EvidenceRef = null }, actual with { Fold = null, EvidenceRef = null });
        Assert.Equal(expected.Fold, actual.Fold);
        Assert.True(
            JsonNode.DeepEquals(Parsed(expected.EvidenceRef), Parsed(actual.EvidenceRef)),
            $"{expected.EvidenceRef}\n{actual.EvidenceRef}");
    }

    static JsonNode? Parsed(string? json) => json is null ? null : JsonNode.Parse(json);
}
