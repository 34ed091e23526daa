using System.Text;
using System.Text.Json;
using CsCheck;
using RunLedger.Service.Intake.OpenLineage;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

public sealed class EventTrimmerTests
{
    const int FacetBytes = 100;

    static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\\"", "\\u0000", "\\ud83d", "\\ud83d\\udc4d", "1e5", "null", " ",
        "\n", "\uFEFF", "é", "漢", "\"run\":{\"runId\":\"x\"},", "\"facets\":{",
        "\"inputs\":[{\"name\":\"n\",\"facets\":{}},", "\"errorMessage\":{\"message\":\"m\",", Event().ToJsonString(),
        new string('[', 70), new string('x', 150),
    ];

    static readonly Gen<byte[]> Body =
        Gen.OneOf(Pieces).Array[1, 12].Select(pieces => Encoding.UTF8.GetBytes(string.Concat(pieces)));

    [Fact]
    public void It_does_not_matter_in_which_pieces_the_bytes_come() => Gen.Select(
        Body, Gen.Int[1, 40].Array[1, 5]).Sample(
            (body, sizes) => Assert.Equal(Trim(body, [body.Length]), Trim(body, sizes)), iter: 20_000);

    [Fact]
    public void What_is_kept_is_never_more_than_what_came() => Body.Sample(
        body => Assert.InRange(Trim(body, [body.Length]).Sum(one => one.Json.Length), 0, (2 * body.Length) + 2),
        iter: 5_000);

    [Fact]
    public void A_name_that_is_spelled_with_escapes_is_the_name() => Assert.Equal(
        """{"r\u0075n":{"runId":"x"}}""",
        Assert.Single(Trim("""{"r\u0075n":{"runId":"x","y":1},"z":2}"""u8.ToArray(), [1])).Json);

    [Fact]
    public void Of_facets_without_number_the_first_two_thousand_are_kept_and_the_others_are_counted()
    {
        var facets = string.Join(',', Enumerable.Range(0, 2_500).Select(n => $"\"f{n}\":1"));

        var kept = EventTrimmer.Trim(
            Encoding.UTF8.GetBytes("""{"run":{"runId":"x","facets":{""" + facets + ",\"parent\":{}}}}"), FacetBytes);

        using var json = JsonDocument.Parse(kept.Json);
        Assert.Equal(
            2_001, json.RootElement.GetProperty("run").GetProperty("facets").EnumerateObject().Count());
        Assert.StartsWith(
            "run.facets: 500 facets beyond the first 2,000", Assert.Single(kept.Dropped), StringComparison.Ordinal);
    }

    [Fact]
    public void A_facet_with_a_name_that_nobody_reads_costs_no_more_than_itself()
    {
        var name = new string('n', 100_000);

        var kept = EventTrimmer.Trim(
            Encoding.UTF8.GetBytes("""{"run":{"runId":"x","facets":{""" + $"\"{name}\":1,\"b\":2}}}}}}"), FacetBytes);

        Assert.Equal("""{"run":{"runId":"x","facets":{"b":2}}}""", Encoding.UTF8.GetString(kept.Json.Span));
        Assert.Single(kept.Dropped);
    }

    static List<(string Json, string Dropped)> Trim(byte[] body, int[] sizes)
    {
        var trimmer = new EventTrimmer(FacetBytes, 300);
        for (var (at, i) = (0, 0); at < body.Length; at += sizes[i++ % sizes.Length])
            trimmer.Read(body.AsSpan(at, Math.Min(sizes[i % sizes.Length], body.Length - at)));
        return
        [
            .. trimmer.End().Select(one => (Encoding.UTF8.GetString(one.Json.Span), string.Join('\n', one.Dropped))),
        ];
    }
}
