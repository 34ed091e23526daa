using System.Text.Json.Nodes;
using RunLedger.Contracts;
using RunLedger.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace RunLedger.Tests.Contracts;

/// <summary>The document that describes the wire to others.</summary>
public sealed class AsyncApiTests
{
    static readonly string File = Path.Combine(Path.GetDirectoryName(Wire.Folder("schemas"))!, "asyncapi.yaml");

    [Fact]
    public void The_document_in_the_repository_is_the_one_the_records_give()
    {
        var document = AsyncApi.Of(Wire.Contracts);
        if (Environment.GetEnvironmentVariable("RUNLEDGER_ACCEPT") == "1")
            System.IO.File.WriteAllText(File, document);

        Assert.True(
            System.IO.File.Exists(File) && System.IO.File.ReadAllText(File) == document,
            $"""
             The records and {File} have drifted apart. If the change is meant, accept it with
               RUNLEDGER_ACCEPT=1 dotnet run --project tests/RunLedger.Tests -- -class {GetType().FullName}
             """);
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_contract_has_its_exchange_and_direction()
    {
        var root = Read();

        foreach (var reference in References(root))
            Assert.True(Leads(root, reference), $"{reference} leads nowhere.");
        foreach (var (name, type) in Wire.Contracts)
        {
            var notice = AsyncApi.IsNotice(type);
            var channel = Map(Map(root, "channels"), name);
            Assert.Equal($"RunLedger.Contracts:{name}", Scalar(channel, "address"));
            Assert.Equal("fanout", Scalar(Map(Map(Map(channel, "bindings"), "amqp"), "exchange"), "type"));
            Assert.Equal(
                notice ? "send" : "receive",
                Scalar(Map(Map(root, "operations"), (notice ? "say" : "take") + name), "action"));
        }

        Assert.Equal(Wire.Contracts.Count, Map(root, "channels").Children.Count);
        Assert.Equal("3.0.0", Scalar(root, "asyncapi"));
    }

    [Fact]
    public void An_example_is_the_sample_of_its_contract()
    {
        var messages = Map(Map(Read(), "components"), "messages");

        foreach (var (name, _) in Wire.Contracts.Where(contract => !AsyncApi.IsNotice(contract.Value)))
        {
            var example = (YamlMappingNode)((YamlSequenceNode)Map(messages, name)["examples"])[0];
            var members = Map(example, "payload").Children.Keys.Select(key => ((YamlScalarNode)key).Value);
            var sample = JsonNode.Parse(System.IO.File.ReadAllText(Wire.SampleFile(name)))!.AsObject();
            Assert.Equal(sample.Select(member => member.Key), members);
        }
    }

    static YamlMappingNode Read()
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(File);
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    static IEnumerable<string> References(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(member =>
            member.Key is YamlScalarNode { Value: "$ref" }
                ? [((YamlScalarNode)member.Value).Value!]
                : References(member.Value)),
        YamlSequenceNode list => list.SelectMany(References),
        _ => [],
    };

    static bool Leads(YamlMappingNode root, string reference) => reference.StartsWith("#/", StringComparison.Ordinal)
        ? reference[2..].Split('/').Aggregate(
            (YamlNode?)root, (node, name) =>
                node is YamlMappingNode map && map.Children.TryGetValue(name, out var next) ? next : null) is not null
        : System.IO.File.Exists(Path.Combine(Path.GetDirectoryName(File)!, reference));

    static YamlMappingNode Map(YamlMappingNode node, string name) => (YamlMappingNode)node[name];

    static string? Scalar(YamlMappingNode node, string name) => ((YamlScalarNode)node[name]).Value;
}
