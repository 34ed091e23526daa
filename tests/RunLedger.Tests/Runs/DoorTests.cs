using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Runs;

namespace RunLedger.Tests.Runs;

/// <summary>What the door lets in, as what, and what it says to the rest.</summary>
public sealed class DoorTests
{
    const string Half = "holds half a surrogate pair, which is no text: send valid Unicode";
    const string Nul = "holds a NUL character, which PostgreSQL cannot store: remove it";
    const string Huge = "evidenceRef holds a number beyond what a double can say: send it as text";

    static readonly Guid Step = Guid.Parse("0198c0de-0000-7000-8000-000000000001");

    readonly FakeTimeProvider _time = new(Some.Noon);
    readonly RunLedgerOptions _options = new() { MaxEvidenceBytes = 64 };

    static readonly Dictionary<string, Func<RunStarted, RunObservation>> Faults = new()
    {
        ["processRunId is the empty GUID: send a real one"] = m => m with { ProcessRunId = Guid.Empty },
        ["parentRunId is the empty GUID: send a real one"] = m => m with { ParentRunId = Guid.Empty },
        ["processCandidateCode is missing or empty: it is required"] = m => m with { ProcessCandidateCode = null! },
        ["correlationId is missing or empty: it is required"] = m => m with { CorrelationId = " \t" },
        ["idempotencyKey is empty: leave it out or fill it in"] = m => m with { IdempotencyKey = "" },
        ["processCandidateCode has 513 characters, more than 512: shorten it"] =
            m => m with { ProcessCandidateCode = new string('é', 513) },
        ["correlationId has 513 characters, more than 512: shorten it"] = m => m with { CorrelationId = new string('c', 513) },
        ["idempotencyKey has 513 characters, more than 512: shorten it"] = m => m with { IdempotencyKey = new string('k', 513) },
        ["inputRef has 32,769 characters, more than 32,768: shorten it"] = m => m with { InputRef = new string('i', 32_769) },
        ["outputRef has 32,769 characters, more than 32,768: shorten it"] = m => m with { OutputRef = new string('o', 32_769) },
        ["errorRef has 32,769 characters, more than 32,768: shorten it"] = m => m with { ErrorRef = new string('e', 32_769) },
        ["sourceSystem 'me' is not known: send one of dot_runtime, job_queue, workflow_engine, dry_run"] =
            m => m with { SourceSystem = "me" },
        ["sourceSystem '' is not known: send one of dot_runtime, job_queue, workflow_engine, dry_run"] =
            m => m with { SourceSystem = null! },
        [$"inputRef {Nul}"] = m => m with { InputRef = "a\0b" },
        [$"idempotencyKey {Nul}"] = m => m with { IdempotencyKey = "\0" },
        [$"errorRef {Half}"] = m => m with { ErrorRef = "a\ud83d" },
        [$"outputRef {Half}"] = m => m with { OutputRef = "\ude82b" },
        [$"processCandidateCode {Half}"] = m => m with { ProcessCandidateCode = "\ud83d\ud83d" },
        ["componentRunId is the empty GUID: send a real one"] = _ => Some.Run().StepStarted(Guid.Empty),
        ["queueJobId is the empty GUID: send a real one"] = _ => Some.Run().StepStarted(Step) with { QueueJobId = Guid.Empty },
        ["dotCode has 513 characters, more than 512: shorten it"] =
            _ => Some.Run().StepStarted(Step) with { DotCode = new string('d', 513) },
        ["eventCode is empty: leave it out or fill it in"] = _ => Some.Run().StepStarted(Step) with { EventCode = "" },
        ["componentRole 'boss' is not known: send one of producer, verifier, step"] =
            _ => Some.Run().StepStarted(Step) with { ComponentRole = "boss" },
        ["occurredAt 1999-12-31T23:59:59.9999999+00:00 is before 2000: send when it happened"] =
            m => m with { OccurredAt = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(-1) },
        ["occurredAt 0001-01-01T00:00:00.0000000+00:00 is before 2000: send when it happened"] =
            m => m with { OccurredAt = default },
        ["occurredAt 2026-11-02T12:00:00.0000001+00:00 is more than 24 h ahead: set the sender's clock"] =
            m => m with { OccurredAt = Some.Noon.AddHours(24).AddTicks(1) },
        ["occurredAt 9999-12-31T23:59:59.9999999+00:00 is more than 24 h ahead: set the sender's clock"] =
            m => m with { OccurredAt = DateTimeOffset.MaxValue },
    };

    public static TheoryData<string> Refusals() => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_fault_is_refused_in_words_its_sender_can_act_on(string words) =>
        Assert.Equal(words, Refused(Faults[words](Some.Run().Started())));

    [Theory]
    [InlineData("\"a\\u0000b\"", $"evidenceRef {Nul}")]
    [InlineData("{\"\\u0000\":1}", $"evidenceRef {Nul}")]
    [InlineData("[\"\\ud83d\"]", $"evidenceRef {Half}")]
    [InlineData("\"\\ude82\\ud83d\"", $"evidenceRef {Half}")]
    [InlineData("{\"\\ud83d\":1}", "evidenceRef holds half a surrogate pair in a name, which is no text: send valid Unicode")]
    [InlineData("1e309", Huge)]
    [InlineData("1e-309", Huge)]
    [InlineData("1e100000", Huge)]
    [InlineData("-1E+99999999999999999999", Huge)]
    [InlineData("1e-2147483648", Huge)]
    [InlineData(
        "\"123456789012345678901234567890123456789012345678901234567890123\"",
        "evidenceRef has 65 bytes, more than the 64 allowed: store it elsewhere and send a reference")]
    public void Evidence_that_cannot_be_stored_is_refused(string json, string words) =>
        Assert.Equal(words, Refused(Some.Run().Started() with { EvidenceRef = Json(json) }));

    [Fact]
    public void A_number_with_more_digits_than_anybody_needs_is_refused()
    {
        _options.MaxEvidenceBytes = 100_000;

        Assert.Equal(Huge, Refused(Some.Run().Started() with { EvidenceRef = Json(new string('9', 1_025)) }));
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("true", "true")]
    [InlineData("1.50", "1.50")]
    [InlineData("1e308", "1e308")]
    [InlineData("{ \"b\" : 1, \"a\" : [ 1 , { } ] }", """{"a":[1,{}],"b":1}""")]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}", """{"a":3,"b":2}""")]
    [InlineData("{\"a\":{\"x\":1},\"\\u0061\":{\"y\":2}}", """{"a":{"y":2}}""")]
    [InlineData("{\"B\":1,\"a\":2,\"\":3}", """{"":3,"B":1,"a":2}""")]
    [InlineData("\"\\ud83d\\ude82 \\u00e9 <&'>\"", "\"\\uD83D\\uDE82 é <&'>\"")]
    [InlineData("\"🚂\"", "\"\\uD83D\\uDE82\"")]
    [InlineData("\"12345678901234567890123456789012345678901234567890123456789012\"",
        "\"12345678901234567890123456789012345678901234567890123456789012\"")]
    public void Evidence_has_one_spelling(string sent, string? canonical) =>
        Assert.Equal(canonical, Admitted(Some.Run().Started() with { EvidenceRef = Json(sent) }).Evidence);

    [Theory]
    [InlineData("2026-11-01T12:00:00.1234567Z", "2026-11-01T12:00:00.123456Z")]
    [InlineData("2026-11-01T12:00:00.9999999Z", "2026-11-01T12:00:00.999999Z")]
    [InlineData("2026-11-01T14:00:00.5+05:30", "2026-11-01T08:30:00.500000Z")]
    [InlineData("2026-10-31T20:00:00-08:00", "2026-11-01T04:00:00.000000Z")]
    [InlineData("2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000000Z")]
    [InlineData("2000-01-01T01:00:00+01:00", "2000-01-01T00:00:00.000000Z")]
    [InlineData("2026-11-02T12:00:00Z", "2026-11-02T12:00:00.000000Z")]
    public void A_time_is_utc_to_the_microsecond(string sent, string kept)
    {
        var at = DateTimeOffset.Parse(sent, CultureInfo.InvariantCulture);

        Assert.Equal(kept, Micros.Text(Admitted(Some.Run().Started() with { OccurredAt = at }).Key.At));
    }

    [Fact]
    public void What_is_too_far_ahead_today_is_welcome_tomorrow()
    {
        var early = Some.Run().Started() with { OccurredAt = Some.Noon.AddHours(25) };
        Assert.Contains("24 h ahead", Refused(early), StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromHours(1));

        Admitted(early);
    }

    [Fact]
    public void The_most_that_is_allowed_is_let_in() => Admitted(Some.Run().StepStarted(Step) with
    {
        ProcessCandidateCode = new string('p', 512), CorrelationId = new string('c', 512), IdempotencyKey = new string('k', 512),
        DotCode = new string('d', 512), EventCode = new string('e', 512), InputRef = new string('i', 32_768),
        OutputRef = new string('o', 32_768), ErrorRef = "🚂",
    });

    [Fact]
    public void Observations_that_say_the_same_have_one_key_and_others_have_not()
    {
        var run = Some.Run();
        var one = Admitted(run.Started() with { EvidenceRef = Json("""{"a":1,"b":2}""") }).Key;

        Assert.Equal(one, Admitted(run.Started() with
        {
            EvidenceRef = Json("""{ "b": 2, "a": 1 }"""), OccurredAt = run.Start.ToOffset(TimeSpan.FromHours(9)).AddTicks(9),
        }).Key);
        Assert.NotEqual(one, Admitted(run.Started() with { EvidenceRef = Json("""{"a":1,"b":3}""") }).Key);
        Assert.NotEqual(one, Admitted(run.Started() with { InputRef = "in" }).Key);
        Assert.NotEqual(one.Hash, Admitted(run.Completed() with { OccurredAt = run.Start }).Key.Hash);
    }

    string Refused(RunObservation message)
    {
        Assert.False(new Door(_options, _time).TryAdmit(message, out _, out var reason));
        return reason;
    }

    Observation Admitted(RunObservation message)
    {
        Assert.True(new Door(_options, _time).TryAdmit(message, out var observation, out var reason), reason);
        return observation;
    }

    static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
