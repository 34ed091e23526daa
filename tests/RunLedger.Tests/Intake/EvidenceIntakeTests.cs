using System.Text;
using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake;

/// <summary>What of an observation's evidence is kept, how it is spelled, and what is said of the rest.</summary>
public sealed class EvidenceIntakeTests
{
    readonly Door _door = new();
    readonly Some _run = Some.Run();

    [Fact]
    public void Five_megabytes_of_evidence_are_dropped_by_default_and_the_limit_is_an_option()
    {
        var large = JsonSerializer.SerializeToElement(new string('x', 5 * 1024 * 1024));

        _door.Drops(
            "evidenceRef has 5,242,882 bytes, more than the 262,144 allowed: store it elsewhere and send a reference",
            With(large));
        _door.Options.MaxEvidenceBytes = 5_242_882;
        Assert.Empty(_door.Admitted(With(large)).Dropped);
        _door.Options.MaxEvidenceBytes--;
        _door.Drops(
            "evidenceRef has 5,242,882 bytes, more than the 5,242,881 allowed: store it elsewhere and send a reference",
            With(large));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void A_limit_that_holds_not_even_a_warning_costs_the_warning(int limit)
    {
        _door.Options.MaxEvidenceBytes = limit;

        var observation = _door.Admitted(With(Door.Json($"\"{new string('x', 100)}\"")));

        Assert.Equal(2, _door.Admitted(observation.Message with { InputRef = "\0", OutputRef = "\0" }).Dropped.Count);
        Assert.Null(observation.Evidence);
        Assert.Null(observation.Message.EvidenceRef);
    }

    [Fact]
    public void Evidence_that_fits_but_for_what_is_said_beside_it_gives_way()
    {
        _door.Options.MaxEvidenceBytes = 300;
        var sent = With(Door.Json($"\"{new string('x', 290)}\"")) with { InputRef = "\0" };

        var once = _door.Admitted(sent);

        Assert.Equal(2, once.Dropped.Count);
        Assert.DoesNotContain("xxx", once.Evidence, StringComparison.Ordinal);
        Assert.Equal(once.Key, _door.Admitted(once.Message).Key);
    }

    [Theory]
    [InlineData("""{"a":"\u0000"}""", """{"a":"\uFFFD"}""")]
    [InlineData("""{"a\u0000":1}""", """{"a\uFFFD":1}""")]
    [InlineData("""["\ud800",{"\udc00\ud800":"🚀"}]""", """["\uFFFD",{"\uFFFD\uFFFD":"🚀"}]""")]
    public void Text_in_evidence_that_jsonb_cannot_store_is_mended(string json, string kept)
    {
        var observation = _door.Drops(
            "evidenceRef: text with a NUL or half a character is mended", With(Door.Json(json)));

        Assert.True(JsonElement.DeepEquals(
            Door.Json(kept), observation.Message.EvidenceRef!.Value.GetProperty("value")), observation.Evidence);
    }

    [Theory]
    [InlineData("1e309")]
    [InlineData("[-1E-309]")]
    [InlineData("1e99999999999999999999")]
    public void A_number_that_jsonb_cannot_store_costs_the_evidence(string json) =>
        _door.Drops("evidenceRef holds a number beyond what a double can say: send it as text", With(Door.Json(json)));

    [Fact]
    public void Surrogates_as_raw_bytes_are_no_text_either()
    {
        byte[] text = [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'];
        byte[] name = [(byte)'{', .. text, (byte)':', (byte)'1', (byte)'}'];

        foreach (var json in (byte[][])[text, name])
        {
            _door.Drops(
                "evidenceRef: text with a NUL or half a character is mended",
                With(JsonDocument.Parse(json).RootElement));
        }
    }

    [Fact]
    public void A_number_of_more_than_a_thousand_digits_is_dropped() => _door.Drops(
        "evidenceRef holds a number beyond what a double can say: send it as text",
        With(Door.Json(new string('9', 1_025))));

    [Fact]
    public void Evidence_nested_200_deep_is_dropped_and_what_is_let_in_can_be_read_again()
    {
        _door.Drops("evidenceRef is nested more than 60 deep: flatten it or send it as text", With(Nested(200)));
        _door.Drops("evidenceRef is nested more than 60 deep: flatten it or send it as text", With(Nested(61)));

        var row = RunRow.From(RunProjection.Of(_door.Admitted(With(Nested(60)))));

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
        Assert.Equal(spelling?.Trim(), _door.Admitted(With(Door.Json(json))).Evidence);

    [Fact]
    public void Evidence_spelled_differently_is_one_observation_and_other_evidence_another()
    {
        var once = _door.Admitted(With(Door.Json("""{"a":1,"b":[true,null]}""")));

        Assert.Equal(once.Key, _door.Admitted(With(Door.Json("""{ "b" : [ true, null ], "a" : 1 }"""))).Key);
        Assert.NotEqual(once.Key, _door.Admitted(With(Door.Json("""{"a":1,"b":[null,true]}"""))).Key);
    }

    RunStarted With(JsonElement evidence) => _run.Started() with { EvidenceRef = evidence };

    static JsonElement Nested(int depth) =>
        Door.Json(new StringBuilder().Insert(0, "[", depth).Insert(depth, "]", depth).ToString());
}
