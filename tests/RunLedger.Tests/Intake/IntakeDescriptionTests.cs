using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake;

/// <summary>What a client generator is told of the intake.</summary>
public sealed class IntakeDescriptionTests
{
    [Theory]
    [InlineData("/api/observations", 11)]
    [InlineData("/api/v1/lineage", 1)]
    public async Task Each_kind_of_body_has_a_schema_and_an_example_that_is_taken(string route, int kinds)
    {
        await using var ledger = await EmbeddedLedger.Start();
        var document = JsonNode.Parse(await ledger.Client.GetStringAsync("/openapi/v1.json"))!;
        var post = document["paths"]![route]!["post"]!;
        var body = post["requestBody"]!["content"]!["application/json"]!;

        var anyOf = body["schema"]!["anyOf"]!.AsArray();
        Assert.Equal(kinds + 1, anyOf.Count);
        Assert.Equal("array", (string?)anyOf[^1]!["type"]);
        foreach (var kind in anyOf.SkipLast(1))
        {
            var name = ((string)kind!["$ref"]!).Split('/')[^1];
            var schema = document["components"]!["schemas"]![name]!;
            Assert.NotEmpty(schema["required"]!.AsArray());
            var example = body["examples"]![name]!["value"]!;
            Assert.All(
                example.AsObject(),
                member => Assert.Contains(member.Key, schema["properties"]!.AsObject().Select(p => p.Key)));
            using var content = new StringContent(example.ToJsonString(), Encoding.UTF8, "application/json");
            Assert.Equal((202, """{"accepted":1,"ignored":[],"rejected":[]}"""), await ledger.Post(route, content));
        }

        Assert.Equal(
            ["202", "400", "401", "403", "408", "413", "415", "429", "503"],
            post["responses"]!.AsObject().Select(answer => answer.Key).Order());
    }

    [Fact]
    public async Task The_example_of_lines_is_taken()
    {
        await using var ledger = await EmbeddedLedger.Start();
        var document = JsonNode.Parse(await ledger.Client.GetStringAsync("/openapi/v1.json"))!;
        var lines = (string)document[
            "paths"]!["/api/observations"]!["post"]!["requestBody"]!["content"]!["application/x-ndjson"]!["example"]!;

        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        Assert.Equal(202, (await ledger.Post("/api/observations", content)).Status);
    }
}
