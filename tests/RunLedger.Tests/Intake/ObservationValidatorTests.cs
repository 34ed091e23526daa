using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Testing;

namespace RunLedger.Tests.Intake;

/// <summary>What may not enter the ledger, what enters without a part of it, and how its sender is told.</summary>
public sealed class ObservationValidatorTests
{
    readonly FakeTimeProvider _time = new(Some.Noon);
    readonly RunLedgerOptions _options = new();
    readonly Some _run = Some.Run();

    [Fact]
    public void The_empty_guid_names_nothing()
    {
        var step = _run.StepStarted(Guid.CreateVersion7());

        Rejects("processRunId is the empty GUID: send a real one", step with { ProcessRunId = Guid.Empty });
        Rejects("componentRunId is the empty GUID: send a real one", step with { ComponentRunId = Guid.Empty });
        Drops("parentRunId is the empty GUID: send a real one", step with { ParentRunId = Guid.Empty });
        Drops("queueJobId is the empty GUID: send a real one", step with { QueueJobId = Guid.Empty });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void What_is_required_must_say_something(string? nothing)
    {
        Rejects(
            "processCandidateCode is missing or empty: it is required",
            _run.Started() with { ProcessCandidateCode = nothing! });
        Rejects("correlationId is missing or empty: it is required", _run.Started() with { CorrelationId = nothing! });
    }

    [Fact]
    public void What_is_optional_is_left_out_or_says_something()
    {
        Drops("idempotencyKey is empty: leave it out or fill it in", _run.Started() with { IdempotencyKey = "" });
        Drops("dotCode is empty: leave it out or fill it in", _run.StepStarted(_run.Id) with { DotCode = " " });
        Drops("eventCode is empty: leave it out or fill it in", _run.StepStarted(_run.Id) with { EventCode = "" });
        Drops("attempt is 0: send a whole number from 1, or leave it out", _run.Started() with { Attempt = 0 });
        Assert.Empty(Admitted(_run.StepStarted(_run.Id) with { DotCode = null, ComponentRole = null }).Dropped);
    }

    [Fact]
    public void A_source_or_a_role_nobody_knows_is_answered_with_those_that_are_known()
    {
        Rejects(
            "sourceSystem 'cron' is not known: send one of dot_runtime, job_queue, workflow_engine, dry_run",
            _run.Started() with { SourceSystem = "cron" });
        Rejects(
            "sourceSystem '' is not known: send one of dot_runtime, job_queue, workflow_engine, dry_run",
            _run.Started() with { SourceSystem = null! });
        Drops(
            "componentRole 'spectator' is not known: send one of producer, verifier, step",
            _run.StepStarted(_run.Id) with { ComponentRole = "spectator" });
    }

    [Fact]
    public void A_long_rubbish_source_is_not_quoted_at_length() =>
        Rejects(
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
        Rejects($"processCandidateCode {reason}", step with { ProcessCandidateCode = text });
        Rejects($"correlationId {reason}", step with { CorrelationId = text });
        Rejects($"idempotencyKey {reason}", step with { IdempotencyKey = text });
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

        StepObservation Mended(string member, StepObservation sent) => (StepObservation)Drops(
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
            EvidenceRef = Json("""{"b":1,"a":2}"""),
        };

        var observation = Admitted(sent);

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
        var sent = _run.Started() with { InputRef = "a\0", EvidenceRef = Json("""{"b":"\u0000","a":2}""") };

        var once = Admitted(sent);
        var again = Admitted(once.Message);

        Assert.Equal((once.Key, once.Evidence), (again.Key, again.Evidence));
        Assert.Empty(again.Dropped);
        Assert.Equal(Admitted(sent).Key, once.Key);
        Assert.NotEqual(Admitted(sent with { InputRef = "a\uFFFD" }).Key, once.Key);
    }

    [Fact]
    public void What_is_dropped_of_an_observation_that_lost_a_part_before_is_said_with_it()
    {
        var once = Admitted(_run.Started() with { InputRef = "\0", EvidenceRef = Json("[1]") });

        var again = Admitted(once.Message with { OutputRef = "\0" });

        Assert.Equal(
            """
            {"runledger:dropped":["inputRef: text with a NUL or half a character is mended",
            "outputRef: text with a NUL or half a character is mended"],"value":[1]}
            """.ReplaceLineEndings(""),
            again.Evidence);
    }

    [Fact]
    public void Whole_surrogate_pairs_are_text() => Admitted(_run.Started() with { InputRef = "🚀 and 漢字" });

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

        var taken = (StepObservation)Admitted(failed).Message;

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
            RunRow.From(RunProjection.Of(Admitted(failed))).EvidenceRef,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_just_not_too_long_is_as_it_came()
    {
        var failed = _run.Failed() with { CorrelationId = new string('c', 512), ErrorRef = new string('e', 32_768) };

        Assert.Same(failed, Admitted(failed).Message);
        Assert.DoesNotContain(
            "longer", RunRow.From(RunProjection.Of(Admitted(failed))).EvidenceRef ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_pair_of_surrogates_is_not_cut_apart() => Admitted(
        _run.Started() with { CorrelationId = new string('c', 478) + string.Concat(Enumerable.Repeat("🚀", 60)) });

    [Fact]
    public void The_first_and_the_last_years_are_refused()
    {
        Rejects(
            "occurredAt 0001-01-01T00:00:00.0000000+00:00 is before 2000: send when it happened",
            _run.Started() with { OccurredAt = default });
        Rejects(
            "occurredAt 9999-12-31T23:59:59.9999999+00:00 is more than 24 h ahead: set the sender's clock",
            _run.Started() with { OccurredAt = DateTimeOffset.MaxValue });
    }

    [Fact]
    public void The_year_2000_begins_in_UTC()
    {
        var begins = new DateTimeOffset(2000, 1, 1, 2, 0, 0, TimeSpan.FromHours(2));

        Admitted(_run.Started() with { OccurredAt = begins });
        Rejects(
            "occurredAt 2000-01-01T01:59:59.9999999+02:00 is before 2000: send when it happened",
            _run.Started() with { OccurredAt = begins.AddTicks(-1) });
    }

    [Fact]
    public void A_day_ahead_is_let_in_and_a_tick_more_is_not_until_the_clock_moves()
    {
        var ahead = _run.Started() with { OccurredAt = Some.Noon.AddHours(24).AddTicks(1) };

        Admitted(ahead with { OccurredAt = Some.Noon.AddHours(24) });
        Rejects("occurredAt 2026-11-02T12:00:00.0000001+00:00 is more than 24 h ahead: set the sender's clock", ahead);
        _time.Advance(TimeSpan.FromTicks(1));
        Admitted(ahead);
    }

    [Fact]
    public void Seven_decimals_are_cut_to_six_and_an_offset_becomes_UTC()
    {
        var at = DateTimeOffset.Parse("2026-11-01T14:00:00.1234569+02:00", null);

        var row = RunRow.From(RunProjection.Of(Admitted(_run.Started() with { OccurredAt = at })));

        Assert.Equal(new DateTime(2026, 11, 1, 12, 0, 0, 123, 456, DateTimeKind.Utc), row.StartedAt);
    }

    [Fact]
    public void Times_that_differ_by_less_than_a_microsecond_or_only_in_offset_are_one_observation()
    {
        var once = Admitted(_run.Started() with { OccurredAt = Some.Noon.AddTicks(1) });
        var again = Admitted(
            _run.Started() with { OccurredAt = Some.Noon.AddTicks(9).ToOffset(TimeSpan.FromHours(-7)) });

        Assert.Equal(once.Key, again.Key);
    }

    [Fact]
    public void Five_megabytes_of_evidence_are_dropped_by_default_and_the_limit_is_an_option()
    {
        var large = JsonSerializer.SerializeToElement(new string('x', 5 * 1024 * 1024));

        Drops(
            "evidenceRef has 5,242,882 bytes, more than the 262,144 allowed: store it elsewhere and send a reference",
            With(large));
        _options.MaxEvidenceBytes = 5_242_882;
        Assert.Empty(Admitted(With(large)).Dropped);
        _options.MaxEvidenceBytes--;
        Drops(
            "evidenceRef has 5,242,882 bytes, more than the 5,242,881 allowed: store it elsewhere and send a reference",
            With(large));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void A_limit_that_holds_not_even_a_warning_costs_the_warning(int limit)
    {
        _options.MaxEvidenceBytes = limit;

        var observation = Admitted(With(Json($"\"{new string('x', 100)}\"")));

        Assert.Equal(2, Admitted(observation.Message with { InputRef = "\0", OutputRef = "\0" }).Dropped.Count);
        Assert.Null(observation.Evidence);
        Assert.Null(observation.Message.EvidenceRef);
    }

    [Fact]
    public void Evidence_that_fits_but_for_what_is_said_beside_it_gives_way()
    {
        _options.MaxEvidenceBytes = 300;
        var sent = With(Json($"\"{new string('x', 290)}\"")) with { InputRef = "\0" };

        var once = Admitted(sent);

        Assert.Equal(2, once.Dropped.Count);
        Assert.DoesNotContain("xxx", once.Evidence, StringComparison.Ordinal);
        Assert.Equal(once.Key, Admitted(once.Message).Key);
    }

    [Theory]
    [InlineData("""{"a":"\u0000"}""", """{"a":"\uFFFD"}""")]
    [InlineData("""{"a\u0000":1}""", """{"a\uFFFD":1}""")]
    [InlineData("""["\ud800",{"\udc00\ud800":"🚀"}]""", """["\uFFFD",{"\uFFFD\uFFFD":"🚀"}]""")]
    public void Text_in_evidence_that_jsonb_cannot_store_is_mended(string json, string kept)
    {
        var observation = Drops("evidenceRef: text with a NUL or half a character is mended", With(Json(json)));

        Assert.True(JsonElement.DeepEquals(
            Json(kept), observation.Message.EvidenceRef!.Value.GetProperty("value")), observation.Evidence);
    }

    [Theory]
    [InlineData("1e309")]
    [InlineData("[-1E-309]")]
    [InlineData("1e99999999999999999999")]
    public void A_number_that_jsonb_cannot_store_costs_the_evidence(string json) =>
        Drops("evidenceRef holds a number beyond what a double can say: send it as text", With(Json(json)));

    [Fact]
    public void Surrogates_as_raw_bytes_are_no_text_either()
    {
        byte[] text = [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'];
        byte[] name = [(byte)'{', .. text, (byte)':', (byte)'1', (byte)'}'];

        foreach (var json in (byte[][])[text, name])
        {
            Drops(
                "evidenceRef: text with a NUL or half a character is mended",
                With(JsonDocument.Parse(json).RootElement));
        }
    }

    [Fact]
    public void A_number_of_more_than_a_thousand_digits_is_dropped() => Drops(
        "evidenceRef holds a number beyond what a double can say: send it as text",
        With(Json(new string('9', 1_025))));

    [Fact]
    public void Evidence_nested_200_deep_is_dropped_and_what_is_let_in_can_be_read_again()
    {
        Drops("evidenceRef is nested more than 60 deep: flatten it or send it as text", With(Nested(200)));
        Drops("evidenceRef is nested more than 60 deep: flatten it or send it as text", With(Nested(61)));

        var row = RunRow.From(RunProjection.Of(Admitted(With(Nested(60)))));

        Assert.Equal(row.EvidenceRef, RunRow.From(row.ToEntry().Fold).EvidenceRef);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(row.EvidenceRef!).RootElement.ValueKind);
        Assert.DoesNotContain("dropped", row.EvidenceRef!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("""{"b":1, "a" : [1.50, 1e2, -0]}""", """{"a":[1.50,1e2,-0],"b":1}""")]
    [InlineData("""{"a":1,"A":2,"\u0061":3}""", """{"A":2,"a":3}""")]
    [InlineData("""{"é":1,"z":"\u00e9\ud83d\ude80 <&>"}""", """{"z":"é\uD83D\uDE80 <&>","é":1}""")]
    [InlineData(""" "\n\"\\" """, """ "\n\"\\" """)]
    public void Equal_evidence_has_one_spelling(string json, string? spelling) =>
        Assert.Equal(spelling?.Trim(), Admitted(With(Json(json))).Evidence);

    [Fact]
    public void Evidence_spelled_differently_is_one_observation_and_other_evidence_another()
    {
        var once = Admitted(With(Json("""{"a":1,"b":[true,null]}""")));

        Assert.Equal(once.Key, Admitted(With(Json("""{ "b" : [ true, null ], "a" : 1 }"""))).Key);
        Assert.NotEqual(once.Key, Admitted(With(Json("""{"a":1,"b":[null,true]}"""))).Key);
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
            step with { EvidenceRef = Json("{}") },
        ];

        Assert.Equal(all.Length, all.Select(one => Admitted(one).Key.Hash).Distinct().Count());
    }

    Observation Admitted(RunObservation message)
    {
        Assert.True(
            new ObservationValidator(_options, _time).TryValidate(message, out var observation, out var reason),
            reason);
        return observation;
    }

    /// <summary>It is taken without, and both its answer and its row say so.</summary>
    Observation Drops(string what, RunObservation message)
    {
        var observation = Admitted(message);
        Assert.Equal([what], observation.Dropped);
        var column = message is StepObservation
            ? ComponentRow.From(ComponentProjection.Of(observation), message.ProcessRunId).EvidenceRef
            : RunRow.From(RunProjection.Of(observation)).EvidenceRef;
        Assert.Equal(
            $"{observation.Contract} at {LedgerTime.Text(observation.Key.At)} was taken without a part of it, "
            + $"or mended: {what}",
            Assert.Single(JsonElement.Parse(column!).GetProperty("warnings").EnumerateArray()).GetString());
        return observation;
    }

    void Rejects(string reason, RunObservation message)
    {
        Assert.False(new ObservationValidator(_options, _time).TryValidate(message, out _, out var said));
        Assert.Equal(reason, said);
    }

    RunStarted With(JsonElement evidence) => _run.Started() with { EvidenceRef = evidence };

    static JsonElement Nested(int depth) =>
        Json(new StringBuilder().Insert(0, "[", depth).Insert(depth, "]", depth).ToString());

    static JsonElement Json(string text) =>
        JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1_000 }).RootElement;
}
