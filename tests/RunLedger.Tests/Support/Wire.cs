using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Contracts;
using RunLedger.Testing;
using Xunit;

namespace RunLedger.Tests.Support;

/// <summary>The contracts as they are on the wire, and where the repository keeps what it says of them.</summary>
static class Wire
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerOptions.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    public static IReadOnlyDictionary<string, Type> Contracts { get; } = typeof(IRunMessage).Assembly.GetExportedTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false })
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Contracts.Keys.Order(StringComparer.Ordinal)];

    public static string SchemaFile(string name) => Path.Combine(Folder("schemas"), name + ".schema.json");

    public static string SampleFile(string name) => Path.Combine(Folder("samples"), name + ".json");

    public static string Folder(string name) => Path.Combine(Checkout.Root, "contracts", name);
}
