using System.Text.Json.Nodes;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Observe;
using RunLedger.Cli.Publish;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Cli;

/// <summary><c>publish</c>: one message by hand.</summary>
public sealed class PublishTests
{
    static readonly RunEnvironment Nowhere = new(null, null, null, null);
    static readonly RunEnvironment Around = new(
        Guid.Parse("0194fdc2-fa2f-7cc0-81d3-ff1207450001"), "key", "P", "job_queue");

    [Fact]
    public void What_is_not_said_is_that_of_the_run_around()
    {
        var step = Fill("StepStarted", Around, ("DotCode", "load"), ("EvidenceRef", """{"a":1}"""));

        Assert.Equal(
            ("StepStarted", $"{Around.Run}", "key", "P", "job_queue", "load", 1),
            (
                Text(step, "type"), Text(step, "processRunId"), Text(step, "correlationId"),
                Text(step, "processCandidateCode"), Text(step, "sourceSystem"),
                Text(step, "dotCode"), (int)step["evidenceRef"]!["a"]!));
        Assert.True(Guid.TryParse(Text(step, "componentRunId"), out _));
        Assert.True(DateTimeOffset.TryParse(Text(step, "occurredAt"), out _));
    }

    [Fact]
    public void What_is_said_of_the_run_around_is_not_said_of_another()
    {
        var other = Fill(
            "RunFailed", Around,
            ("ProcessRunId", "0194fdc2-fa2f-7cc0-81d3-ff1207450002"), ("ProcessCandidateCode", "Q"));

        Assert.Equal(
            ("0194fdc2-fa2f-7cc0-81d3-ff1207450002", "Q", "0194fdc2-fa2f-7cc0-81d3-ff1207450002", "dot_runtime"),
            (Text(other, "processRunId"), Text(other, "processCandidateCode"), Text(other, "correlationId"), Text(
                other, "sourceSystem")));
    }

    [Theory]
    [InlineData("RunCompleted", "needs --process-run-id", "ProcessCandidateCode", "P")]
    [InlineData("RunStarted", "needs --process-candidate-code", "CorrelationId", "c")]
    [InlineData("RunStarted", "has no --dot-code", "DotCode", "x")]
    [InlineData("RunStarted", "--process-run-id cannot be read", "ProcessRunId", "x")]
    [InlineData("RunStarted", "--occurred-at cannot be read", "OccurredAt", "soon")]
    [InlineData("RunStarted", "--attempt cannot be read: 'second' is no N", "Attempt", "second")]
    [InlineData("RunStarted", "--attempt cannot be read", "Attempt", "99999999999")]
    [InlineData("RunStarted", "--evidence-ref cannot be read", "EvidenceRef", "{")]
    public void What_cannot_be_sent_says_why(string contract, string words, string member, string value) =>
        Assert.Contains(
            words,
            Assert.Throws<CliException>(() => Fill(contract, Nowhere, (member, value))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task The_answer_tells_whether_it_is_taken()
    {
        await using var ledger = await EmbeddedLedger.Start();
        var url = $"{ledger.Client.BaseAddress}";

        var taken = await ToolRun.Of("publish", "RunStarted", "--candidate", "P", "--url", url);
        var again = await ToolRun.Of(
            "publish", "RunStarted", "--candidate", "P", "--key", "k", "--attempt", "2", "--url", url);
        var refused = await ToolRun.Of("publish", "RunStarted", "--candidate", "P", "--source", "nobody", "--url", url);
        var nobody = await ToolRun.Of("publish", "RunStarted", "--candidate", "P", "--url", "http://127.0.0.1:1");
        var broker = await ToolRun.Of("publish", "RunStarted", "--candidate", "P", "--rabbitmq", "amqp://127.0.0.1:1/");

        Assert.Equal((0, ""), (taken.Code, taken.Error));
        Assert.StartsWith("Taken: RunStarted of run ", taken.Output, StringComparison.Ordinal);
        Assert.Equal(1, refused.Code);
        Assert.Contains("sourceSystem 'nobody' is not known", refused.Error, StringComparison.Ordinal);
        Assert.Equal((2, 2), (nobody.Code, broker.Code));
        Assert.Contains("amqp://127.0.0.1:1/ does not take it", broker.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.Equal(
            ["", "2"],
            ledger.List(
                "select coalesce(evidence_ref ->> 'attempt', '') || '' from process_run_observation order by 1"));
    }

    [Fact]
    public async Task A_whole_message_comes_from_a_file()
    {
        await using var ledger = await EmbeddedLedger.Start();
        var url = $"{ledger.Client.BaseAddress}";
        var sample = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(sample.FullName, "Bus.sln")))
            sample = sample.Parent!;
        var file = Path.Combine(sample.FullName, "contracts", "samples", "RunStarted.json");

        Assert.Equal(0, (await ToolRun.Of("publish", "RunStarted", "--json", file, "--url", url)).Code);
        Assert.Equal(2, (await ToolRun.Of("publish", "RunStarted", "--json", file, "--key", "k", "--url", url)).Code);
        Assert.Equal(2, (await ToolRun.Of("publish", "RunStarted", "--json", sample.FullName, "--url", url)).Code);
        Assert.Single(ledger.List("select process_candidate_code from process_run_observation"));
    }

    static JsonObject Fill(string contract, RunEnvironment around, params (string, string)[] given) =>
        MessageFields.CreateMessage(contract, given, around, TimeProvider.System);

    static string Text(JsonObject message, string name) => message[name]!.ToString();
}
