using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace RunLedger.Testing.Conformance;

public abstract class RejectedConformance(Provider provider) : ReadingSuite(provider)
{
    [Fact]
    public async Task Rejected_observations_are_listed_newest_first_across_pages()
    {
        for (var number = 1; number <= 5; number++)
        {
            await Ledger.Rejected(Id(number), [1], $"2026-03-01T00:00:00.00000{number / 2}Z");
        }

        var pages = await Ledger.Pages("/api/rejected?limit=2", "rejectedId");

        Assert.Equal([2, 2, 1], pages.Select(page => page.Count));
        Assert.Equal([Id(5), Id(4), Id(3), Id(2), Id(1)], pages.SelectMany(page => page));
    }

    [Fact]
    public async Task Pages_of_them_go_back_as_they_went_forward()
    {
        for (var number = 1; number <= 5; number++)
            await Ledger.Rejected(Id(number), [1], $"2026-03-01T00:00:00.00000{number / 2}Z");

        foreach (var filter in (string[])["", "&state=open"])
        {
            var one = await Ledger.Get($"/api/rejected?limit=2{filter}");
            var two = await Ledger.Get($"/api/rejected?limit=2{filter}&cursor={one.GetProperty("nextCursor")}");
            var three = await Ledger.Get($"/api/rejected?limit=2{filter}&cursor={two.GetProperty("nextCursor")}");
            var twoAgain = await Ledger.Get($"/api/rejected?limit=2{filter}&before={three.GetProperty("prevCursor")}");
            var oneAgain = await Ledger.Get(
                $"/api/rejected?limit=2{filter}&before={twoAgain.GetProperty("prevCursor")}");

            Assert.Equal(two.ToString(), twoAgain.ToString());
            Assert.Equal(one.ToString(), oneAgain.ToString());
            Assert.False(oneAgain.TryGetProperty("prevCursor", out _));
            await Ledger.Problem(
                $"/api/rejected?limit=2{filter}&before={three.GetProperty("prevCursor")}&cursor="
                + $"{one.GetProperty("nextCursor")}",
                HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task A_payload_is_shown_as_JSON_where_it_is_JSON_else_as_text_else_as_base64()
    {
        await Ledger.Rejected(Id(1), Encoding.UTF8.GetBytes("""{"type": "RunStarted", "n": 1.0}"""));
        await Ledger.Rejected(Id(2), Encoding.UTF8.GetBytes("""{"type": "Run…"""));
        await Ledger.Rejected(Id(3), [0xff, 0x00]);
        await Ledger.Rejected(Id(4), []);

        var shown = new Dictionary<Guid, (string?, string)>();
        foreach (var item in (await Ledger.Get("/api/rejected")).GetProperty("items").EnumerateArray())
        {
            shown[item.GetProperty("rejectedId").GetGuid()] =
                (item.GetProperty("payloadFormat").GetString(), item.GetProperty("payload").ToString());
            Assert.Equal("It has no id.", item.GetProperty("reason").GetString());
            Assert.Equal("2026-03-01T00:00:00Z", item.GetProperty("rejectedAt").GetString());
        }

        Assert.Equal(("json", """{"type": "RunStarted", "n": 1.0}"""), shown[Id(1)]);
        Assert.Equal(("text", """{"type": "Run…"""), shown[Id(2)]);
        Assert.Equal(("base64", "/wA="), shown[Id(3)]);
        Assert.Equal(("text", ""), shown[Id(4)]);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_and_JSON_nested_deep_do_not_break_the_list()
    {
        await Ledger.Rejected(Id(1), Encoding.UTF8.GetBytes("""{"correlationId": "\ud800", "x": "\u0000"}"""));
        await Ledger.Rejected(Id(2), Encoding.UTF8.GetBytes(new string('[', 200) + new string(']', 200)));

        var items = (await Ledger.Get("/api/rejected")).GetProperty("items");

        Assert.Equal("text", items[0].GetProperty("payloadFormat").GetString());
        Assert.Equal("json", items[1].GetProperty("payloadFormat").GetString());
        Assert.Contains("\\ud800", items[1].GetProperty("payload").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_payload_is_cut_in_the_list_between_characters_and_whole_on_its_own()
    {
        // One byte before the characters of two bytes: the cut falls into one of them.
        var json = $"\"{new string('ä', 3_000_000)}\"";
        await Ledger.Rejected(Id(1), Encoding.UTF8.GetBytes(json));

        var item = (await Ledger.Get("/api/rejected")).GetProperty("items")[0];
        var whole = await Ledger.Get($"/api/rejected/{Id(1)}");

        Assert.True(item.GetProperty("payloadTruncated").GetBoolean());
        Assert.Equal("text", item.GetProperty("payloadFormat").GetString());
        Assert.Equal("\"" + new string('ä', 8191), item.GetProperty("payload").GetString());
        Assert.Equal(6_000_002, item.GetProperty("payloadBytes").GetInt32());
        Assert.False(whole.GetProperty("payloadTruncated").GetBoolean());
        Assert.Equal("json", whole.GetProperty("payloadFormat").GetString());
        Assert.Equal(3_000_000, whole.GetProperty("payload").GetString()!.Length);
    }

    [Fact]
    public async Task An_unknown_one_is_404_and_no_id_is_400()
    {
        await Ledger.Problem($"/api/rejected/{Id(404)}", HttpStatusCode.NotFound);
        await Ledger.Problem("/api/rejected/x", HttpStatusCode.BadRequest);
        await Ledger.Problem("/api/rejected?limit=-1", HttpStatusCode.BadRequest);
    }
}
