using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Tests.Support;
using Xunit;

namespace RunLedger.Tests.Contracts;

public sealed class ContractSchemaTests
{
    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Names => Wire.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void The_schema_in_the_repository_is_the_one_its_record_gives(string name)
    {
        var file = Wire.SchemaFile(name);
        var schema = ContractSchema.Of(Wire.Contracts[name]);
        if (Environment.GetEnvironmentVariable("RUNLEDGER_ACCEPT") == "1")
        {
            File.WriteAllText(file, Printed(schema) + "\n");
        }

        var kept = File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file)) : null;

        Assert.True(
            JsonNode.DeepEquals(kept, schema),
            $"""
             {name} and {file} have drifted apart: others read that file to speak to the ledger.
             If the change is meant (a new member is optional, nothing is renamed), accept it with
               RUNLEDGER_ACCEPT=1 dotnet run --project tests/RunLedger.Tests -- -class {GetType().FullName}
             and commit the file. The record gives now:
             {Printed(schema)}
             """);
    }

    [Fact]
    public void Every_schema_is_of_a_contract()
    {
        var files = Directory.GetFiles(Wire.Folder("schemas")).Select(Path.GetFileName);

        Assert.Equal(Wire.Contracts.Keys.Select(name => name + ".schema.json").Order(), files.Order());
    }

    [Theory]
    [InlineData("RunStarted", "processRunId", "processCandidateCode", "correlationId", "sourceSystem", "occurredAt")]
    [InlineData(
        "StepFailed",
        "componentRunId", "processRunId", "processCandidateCode", "correlationId", "sourceSystem", "occurredAt")]
    [InlineData("ProcessDefined", "processCandidateCode", "processDefinitionCode", "occurredAt")]
    public void What_the_tables_cannot_do_without_is_required(string name, params string[] members)
    {
        var required = ContractSchema.Of(Wire.Contracts[name])["required"]!.AsArray();

        Assert.Equal(members.Order(), required.Select(member => member!.GetValue<string>()).Order());
    }

    [Fact]
    public void A_step_says_of_its_members_what_they_may_hold()
    {
        var members = ContractSchema.Of(Wire.Contracts["StepStarted"])["properties"]!;

        Assert.Equal("uuid", members["componentRunId"]!["format"]!.GetValue<string>());
        Assert.Equal("date-time", members["occurredAt"]!["format"]!.GetValue<string>());
        Assert.Equal(
            """["dot_runtime","job_queue","workflow_engine","dry_run"]""",
            members["sourceSystem"]!["enum"]!.ToJsonString());
        Assert.Equal("""["producer","verifier","step",null]""", members["componentRole"]!["enum"]!.ToJsonString());
        Assert.StartsWith(
            "Any JSON", members["evidenceRef"]!["description"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    static string Printed(JsonObject schema) => schema.ToJsonString(Readable);
}
