using System.IO.Compression;
using System.Text;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Cli;

/// <summary><c>replay</c>: files in, rows out, as often as you like.</summary>
public sealed class ReplayTests : IDisposable
{
    const string Good =
        """{"type":"RunStarted","processRunId":"0194fdc2-fa2f-7cc0-81d3-ff1207450001","processCandidateCode":"P",""" +
        """ "correlationId":"c","sourceSystem":"dot_runtime","occurredAt":"2026-11-23T08:00:00Z"}""";
    readonly string _folder = Directory.CreateTempSubdirectory("runledger-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_refused_is_named_by_file_and_line_and_the_rest_is_taken()
    {
        await using var ledger = await EmbeddedLedger.Start();
        var file = Write($"{{\"type\":\n{Good}\n\n{{\"type\":\"Nope\"}}\n{Good}\n");

        var run = await ToolRun.Of("replay", file, "--url", $"{ledger.Client.BaseAddress}");

        Assert.Equal((1, "2 taken, 0 ignored, 2 rejected."), (run.Code, run.Output.TrimEnd()));
        Assert.Collection(
            run.Error.TrimEnd().Split('\n'),
            line => Assert.StartsWith($"{file}:1: Not JSON", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"{file}:4: \"type\" 'Nope' is not known", line, StringComparison.Ordinal));
        Assert.Equal(["P"], ledger.List("select process_candidate_code from process_run_observation"));
    }

    [Fact]
    public async Task Twice_is_as_good_as_once_also_for_events_of_real_clients_in_an_array()
    {
        await using var ledger = await EmbeddedLedger.Start();
        var file = Write($"[{string.Join(",\n", LineageFixtures.Events(LineageFixtures.Airflow))}]");

        var first = await ToolRun.Of("replay", file, "--url", $"{ledger.Client.BaseAddress}");
        var rows = ledger.List(
            "select process_run_id || status || coalesce(ended_at, '') from process_run_observation order by 1");
        var second = await ToolRun.Of("replay", file, "--url", $"{ledger.Client.BaseAddress}");

        Assert.Equal(
            (0, 0, "32 taken, 0 ignored, 0 rejected.", first.Output),
            (first.Code, second.Code, first.Output.TrimEnd(), second.Output));
        Assert.NotEmpty(rows);
        Assert.Equal(rows, ledger.List(
            "select process_run_id || status || coalesce(ended_at, '') from process_run_observation order by 1"));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_ledger_that_is_busy_is_waited_for(int busy)
    {
        await using var ledger = await StubLedger.Start(
            (_, n) => n < 3 ? (busy, """{"detail":"Later."}""") : (202, """{"accepted":1}"""));

        var run = await ToolRun.Of("replay", Write(Good), "--url", ledger.Url);

        Assert.Equal((0, "1 taken, 0 ignored, 0 rejected."), (run.Code, run.Output.TrimEnd()));
        Assert.Contains("Later.", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(3, ledger.Asked.Count);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_sent_in_parts()
    {
        await using var ledger = await StubLedger.Start((request, _) => request.ContentLength > 2 * Good.Length + 10
            ? (413, """{"detail":"Less."}""")
            : (202, """{"accepted":0,"ignored":[],"rejected":[{"line":1,"reason":"no"}]}"""));

        var run = await ToolRun.Of("replay", Write(string.Join('\n', Enumerable.Repeat(Good, 4))), "--url", ledger.Url);

        Assert.Equal(1, run.Code);
        Assert.Equal(["1", "3"], run.Error.TrimEnd().Split('\n').Select(line => line.Split(':')[^2]));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_said_and_the_next_is_sent()
    {
        await using var ledger = await EmbeddedLedger.Start();

        var run = await ToolRun.Of(
            "replay", Path.Combine(_folder, "none"), Write(Good), "--url", $"{ledger.Client.BaseAddress}");

        Assert.Equal((2, "1 taken, 0 ignored, 0 rejected."), (run.Code, run.Output.TrimEnd()));
        Assert.Contains("none cannot be read", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "3 taken, 0 ignored, 0 rejected.")]
    [InlineData(9, 2, "")]
    public async Task A_file_that_is_packed_is_unpacked_and_one_that_was_cut_is_said(int cut, int code, string output)
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes($"{Good}\n{Good}\n{Good}"));
        var file = Path.Combine(_folder, "packed.ndjson.gz");
        await File.WriteAllBytesAsync(file, packed.ToArray()[..^cut], TestContext.Current.CancellationToken);

        var run = await ToolRun.Of("replay", file, "--url", $"{ledger.Client.BaseAddress}");

        Assert.Equal(code, run.Code);
        Assert.Contains(output, run.Output, StringComparison.Ordinal);
        if (cut > 0)
            Assert.Contains("packed.ndjson.gz cannot be read", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_ledger_is_said_at_once_with_what_to_do()
    {
        var run = await ToolRun.Of("replay", Write(Good), "--url", "http://127.0.0.1:1");

        Assert.Equal(2, run.Code);
        Assert.Contains("No ledger answers at http://127.0.0.1:1/", run.Error, StringComparison.Ordinal);
        Assert.Contains("--url", run.Error, StringComparison.Ordinal);
    }

    string Write(string text)
    {
        var file = Path.Combine(_folder, $"{Guid.CreateVersion7():N}.ndjson");
        File.WriteAllText(file, text);
        return file;
    }
}
