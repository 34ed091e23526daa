using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake;

/// <summary>What may not enter the ledger, what enters without a part of it, and how its sender is told.</summary>
public sealed class ObservationValidatorTests
{
    readonly Door _door = new();
    readonly Some _run = Some.Run();

    [Fact]
    public void The_empty_guid_names_nothing()
    {
        var step = _run.StepStarted(Guid.CreateVersion7());

        _door.Rejects("processRunId is the empty GUID: send a real one", step with { ProcessRunId = Guid.Empty });
        _door.Rejects("componentRunId is the empty GUID: send a real one", step with { ComponentRunId = Guid.Empty });
        _door.Drops("parentRunId is the empty GUID: send a real one", step with { ParentRunId = Guid.Empty });
        _door.Drops("queueJobId is the empty GUID: send a real one", step with { QueueJobId = Guid.Empty });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void What_is_required_must_say_something(string? nothing)
    {
        _door.Rejects(
            "processCandidateCode is missing or empty: it is required",
            _run.Started() with { ProcessCandidateCode = nothing! });
        _door.Rejects(
            "correlationId is missing or empty: it is required", _run.Started() with { CorrelationId = nothing! });
    }

    [Fact]
    public void What_is_optional_is_left_out_or_says_something()
    {
        _door.Drops("idempotencyKey is empty: leave it out or fill it in", _run.Started() with { IdempotencyKey = "" });
        _door.Drops("dotCode is empty: leave it out or fill it in", _run.StepStarted(_run.Id) with { DotCode = " " });
        _door.Drops(
            "eventCode is empty: leave it out or fill it in", _run.StepStarted(_run.Id) with { EventCode = "" });
        _door.Drops("attempt is 0: send a whole number from 1, or leave it out", _run.Started() with { Attempt = 0 });
        Assert.Empty(_door.Admitted(_run.StepStarted(_run.Id) with { DotCode = null, ComponentRole = null }).Dropped);
    }

    [Fact]
    public void A_source_or_a_role_nobody_knows_is_answered_with_those_that_are_known()
    {
        _door.Rejects(
            "sourceSystem 'cron' is not known: send one of dot_runtime, job_queue, workflow_engine, dry_run",
            _run.Started() with { SourceSystem = "cron" });
        _door.Rejects(
            "sourceSystem '' is not known: send one of dot_runtime, job_queue, workflow_engine, dry_run",
            _run.Started() with { SourceSystem = null! });
        _door.Drops(
            "componentRole 'spectator' is not known: send one of producer, verifier, step",
            _run.StepStarted(_run.Id) with { ComponentRole = "spectator" });
    }

    [Fact]
    public void A_long_rubbish_source_is_not_quoted_at_length() =>
        _door.Rejects(
            $"sourceSystem '{new string('x', 40)}…' is not known: send one of dot_runtime, job_queue, "
            + "workflow_engine, dry_run",
            _run.Started() with { SourceSystem = new string('x', 5_000) });

    [Theory]
    [InlineData(@"a\0b", "holds a NUL character, which PostgreSQL cannot store: remove it")]
    [InlineData(@"a\ud800b", "holds half a surrogate pair, which is no text: send valid Unicode")]
    [InlineData(@"\udc00\ud800", "holds half a surrogate pair, which is no text: send valid Unicode")]
    [InlineData(@"ends in \ud83d", "holds half a surrogate pair, which is no text: send valid Unicode")]
    public void Text_that_PostgreSQL_cannot_store_is_refused_where_it_is_identity(string escaped, string reason)
    {
        // An attribute cannot hold half a pair either.
        var text = Regex.Unescape(escaped);
        var step = _run.StepFailed(_run.Id);
        _door.Rejects($"processCandidateCode {reason}", step with { ProcessCandidateCode = text });
        _door.Rejects($"correlationId {reason}", step with { CorrelationId = text });
        _door.Rejects($"idempotencyKey {reason}", step with { IdempotencyKey = text });
    }

    [Theory]
    [InlineData(@"a\0b", "a\uFFFDb")]
    [InlineData(@"a\ud800b", "a\uFFFDb")]
    [InlineData(@"\udc00\ud800", "\uFFFD\uFFFD")]
    [InlineData(@"ends in \ud83d", "ends in \uFFFD")]
    public void Text_that_PostgreSQL_cannot_store_is_mended_elsewhere(string escaped, string mended)
    {
        var text = Regex.Unescape(escaped);
        var step = _run.StepFailed(_run.Id);
        Assert.Equal(mended, Mended("inputRef", step with { InputRef = text }).InputRef);
        Assert.Equal(mended, Mended("outputRef", step with { OutputRef = text }).OutputRef);
        Assert.Equal(mended, Mended("errorRef", step with { ErrorRef = text }).ErrorRef);
        Assert.Equal(mended, Mended("dotCode", step with { DotCode = text }).DotCode);
        Assert.Equal(mended, Mended("eventCode", step with { EventCode = text }).EventCode);

        StepObservation Mended(string member, StepObservation sent) => (StepObservation)_door.Drops(
            $"{member}: text with a NUL or half a character is mended", sent).Message;
    }

    [Fact]
    public void What_is_dropped_is_null_and_the_rest_is_as_it_came()
    {
        var parent = Guid.CreateVersion7();
        var sent = _run.StepFailed(_run.Id) with
        {
            ParentRunId = parent,
            QueueJobId = Guid.Empty,
            DotCode = "d",
            EventCode = " ",
            ComponentRole = "x",
            ErrorRef = "e",
            IdempotencyKey = "",
            Attempt = -1,
            EvidenceRef = Door.Json("""{"b":1,"a":2}"""),
        };

        var observation = _door.Admitted(sent);

        Assert.Equal(
            [
                "idempotencyKey is empty: leave it out or fill it in",
                "attempt is -1: send a whole number from 1, or leave it out",
                "queueJobId is the empty GUID: send a real one",
                "eventCode is empty: leave it out or fill it in",
                "componentRole 'x' is not known: send one of producer, verifier, step",
            ],
            observation.Dropped);
        Assert.Equal(
            sent with
            {
                QueueJobId = null,
                EventCode = null,
                ComponentRole = null,
                IdempotencyKey = null,
                Attempt = null,
                EvidenceRef = observation.Message.EvidenceRef,
            },
            observation.Message);
        Assert.Equal(
            """{"a":2,"b":1}""", observation.Message.EvidenceRef!.Value.GetProperty("value").GetRawText());
    }

    [Fact]
    public void What_was_mended_once_is_the_same_observation_when_it_is_read_again()
    {
        var sent = _run.Started() with { InputRef = "a\0", EvidenceRef = Door.Json("""{"b":"\u0000","a":2}""") };

        var once = _door.Admitted(sent);
        var again = _door.Admitted(once.Message);

        Assert.Equal((once.Key, once.Evidence), (again.Key, again.Evidence));
        Assert.Empty(again.Dropped);
        Assert.Equal(_door.Admitted(sent).Key, once.Key);
        Assert.NotEqual(_door.Admitted(sent with { InputRef = "a\uFFFD" }).Key, once.Key);
    }

    [Fact]
    public void What_is_dropped_of_an_observation_that_lost_a_part_before_is_said_with_it()
    {
        var once = _door.Admitted(_run.Started() with { InputRef = "\0", EvidenceRef = Door.Json("[1]") });

        var again = _door.Admitted(once.Message with { OutputRef = "\0" });

        Assert.Equal(
            """
            {"runledger:dropped":["inputRef: text with a NUL or half a character is mended",
            "outputRef: text with a NUL or half a character is mended"],"value":[1]}
            """.ReplaceLineEndings(""),
            again.Evidence);
    }

    [Fact]
    public void Whole_surrogate_pairs_are_text() =>
        _door.Admitted(_run.Started() with { InputRef = "🚀 and 漢字" });

    [Fact]
    public void What_is_too_long_is_shortened_with_its_hash_and_says_so()
    {
        var (name, other) = (new string('c', 600), new string('c', 601));
        var failed = _run.StepFailed(_run.Id) with
        {
            ProcessCandidateCode = name,
            CorrelationId = name,
            IdempotencyKey = other,
            DotCode = name,
            EventCode = name,
            InputRef = new string('i', 32_769),
            OutputRef = new string('o', 32_769),
            ErrorRef = new string('e', 32_769),
        };

        var taken = (StepObservation)_door.Admitted(failed).Message;

        Assert.Equal((512, 512, 512), (
            taken.ProcessCandidateCode.Length, taken.CorrelationId.Length, taken.IdempotencyKey!.Length));
        Assert.Equal(
            new string('c', 479) + "…" + Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)),
            taken.ProcessCandidateCode);
        Assert.Equal(
            (taken.CorrelationId, taken.CorrelationId, taken.CorrelationId),
            (taken.ProcessCandidateCode, taken.DotCode, taken.EventCode));
        Assert.NotEqual(taken.CorrelationId, taken.IdempotencyKey);
        Assert.All(
            new[] { taken.InputRef, taken.OutputRef, taken.ErrorRef }, text => Assert.Equal(32_768, text!.Length));
        Assert.Contains(
            "longer than the ledger keeps, so that it ends in the hash of the whole: ProcessCandidateCode, Corr",
            RunRow.From(RunProjection.Of(_door.Admitted(failed))).EvidenceRef,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_just_not_too_long_is_as_it_came()
    {
        var failed = _run.Failed() with { CorrelationId = new string('c', 512), ErrorRef = new string('e', 32_768) };

        Assert.Same(failed, _door.Admitted(failed).Message);
        Assert.DoesNotContain(
            "longer",
            RunRow.From(RunProjection.Of(_door.Admitted(failed))).EvidenceRef ?? "",
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pair_of_surrogates_is_not_cut_apart() => _door.Admitted(
        _run.Started() with { CorrelationId = new string('c', 478) + string.Concat(Enumerable.Repeat("🚀", 60)) });

    [Fact]
    public void The_first_and_the_last_years_are_refused()
    {
        _door.Rejects(
            "occurredAt 0001-01-01T00:00:00.0000000+00:00 is before 2000: send when it happened",
            _run.Started() with { OccurredAt = default });
        _door.Rejects(
            "occurredAt 9999-12-31T23:59:59.9999999+00:00 is more than 24 h ahead: set the sender's clock",
            _run.Started() with { OccurredAt = DateTimeOffset.MaxValue });
    }

    [Fact]
    public void The_year_2000_begins_in_UTC()
    {
        var begins = new DateTimeOffset(2000, 1, 1, 2, 0, 0, TimeSpan.FromHours(2));

        _door.Admitted(_run.Started() with { OccurredAt = begins });
        _door.Rejects(
            "occurredAt 2000-01-01T01:59:59.9999999+02:00 is before 2000: send when it happened",
            _run.Started() with { OccurredAt = begins.AddTicks(-1) });
    }

    [Fact]
    public void A_day_ahead_is_let_in_and_a_tick_more_is_not_until_the_clock_moves()
    {
        var ahead = _run.Started() with { OccurredAt = Some.Noon.AddHours(24).AddTicks(1) };

        _door.Admitted(ahead with { OccurredAt = Some.Noon.AddHours(24) });
        _door.Rejects(
            "occurredAt 2026-11-02T12:00:00.0000001+00:00 is more than 24 h ahead: set the sender's clock", ahead);
        _door.Time.Advance(TimeSpan.FromTicks(1));
        _door.Admitted(ahead);
    }

    [Fact]
    public void Seven_decimals_are_cut_to_six_and_an_offset_becomes_UTC()
    {
        var at = DateTimeOffset.Parse("2026-11-01T14:00:00.1234569+02:00", null);

        var row = RunRow.From(RunProjection.Of(_door.Admitted(_run.Started() with { OccurredAt = at })));

        Assert.Equal(new DateTime(2026, 11, 1, 12, 0, 0, 123, 456, DateTimeKind.Utc), row.StartedAt);
    }

    [Fact]
    public void Times_that_differ_by_less_than_a_microsecond_or_only_in_offset_are_one_observation()
    {
        var once = _door.Admitted(_run.Started() with { OccurredAt = Some.Noon.AddTicks(1) });
        var again = _door.Admitted(
            _run.Started() with { OccurredAt = Some.Noon.AddTicks(9).ToOffset(TimeSpan.FromHours(-7)) });

        Assert.Equal(once.Key, again.Key);
    }

    [Fact]
    public void Every_member_makes_another_observation()
    {
        var step = _run.StepFailed(_run.Id) with { ComponentRole = ComponentRoles.Step };
        StepFailed[] all =
        [
            step,
            step with { ProcessRunId = Guid.AllBitsSet },
            step with { ComponentRunId = Guid.AllBitsSet },
            step with { ParentRunId = Guid.AllBitsSet },
            step with { QueueJobId = Guid.AllBitsSet },
            step with { ProcessCandidateCode = "x" },
            step with { CorrelationId = "x" },
            step with { SourceSystem = SourceSystems.DryRun },
            step with { IdempotencyKey = "x" },
            step with { InputRef = "x" },
            step with { OutputRef = "x" },
            step with { ErrorRef = "x" },
            step with { DotCode = "x" },
            step with { EventCode = "x" },
            step with { ComponentRole = ComponentRoles.Producer },
            step with { EvidenceRef = Door.Json("{}") },
            step with { Attempt = 2 },
        ];

        Assert.Equal(all.Length, all.Select(one => _door.Admitted(one).Key.Hash).Distinct().Count());
    }
}
