using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Contracts;
using RunLedger.Tests.Support;
using Xunit;

namespace RunLedger.Tests.Contracts;

public sealed class ContractSampleTests
{
    public static TheoryData<string> Names => Wire.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_read_into_its_record_and_written_again_is_the_sample(string name)
    {
        var sample = Sample(name);

        var record = sample.Deserialize(Wire.Contracts[name], Wire.Json);
        var written = JsonSerializer.SerializeToNode(record, Wire.Json);

        Assert.True(JsonNode.DeepEquals(sample, written), $"{Wire.SampleFile(name)} came back as\n{written}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_has_every_required_member_and_only_known_ones(string name)
    {
        var schema = ContractSchema.Of(Wire.Contracts[name]);
        var members = Sample(name).Select(member => member.Key).ToList();

        Assert.Empty(schema["required"]!.AsArray().Select(member => member!.GetValue<string>()).Except(members));
        Assert.Empty(members.Except(schema["properties"]!.AsObject().Select(member => member.Key)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_says_only_what_its_schema_lets_it_choose(string name)
    {
        foreach (var (member, schema) in ContractSchema.Of(Wire.Contracts[name])["properties"]!.AsObject())
        {
            if (schema?["enum"] is JsonArray choices && Sample(name).TryGetPropertyValue(member, out var value))
            {
                Assert.Contains(choices, choice => JsonNode.DeepEquals(choice, value));
            }
        }
    }

    [Fact]
    public void Every_contract_has_its_sample_and_every_sample_its_contract()
    {
        var files = Directory.GetFiles(Wire.Folder("samples")).Select(Path.GetFileName);

        Assert.Equal(Wire.Contracts.Keys.Select(name => name + ".json").Order(), files.Order());
    }

    [Fact]
    public void The_contracts_need_nothing_but_the_framework()
    {
        var references = typeof(IRunMessage).Assembly.GetReferencedAssemblies();

        Assert.All(references, reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));
    }

    static JsonObject Sample(string name) => JsonNode.Parse(File.ReadAllText(Wire.SampleFile(name)))!.AsObject();
}
