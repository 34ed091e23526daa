using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Intake;

/// <summary>
/// What is wrong with a body costs what is wrong, is said and rejected, and is never a fault of ours.
/// </summary>
public sealed class BadBodyTests : IAsyncLifetime
{
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_bad_one_is_told_with_its_number_and_rejected_and_its_neighbours_land(bool array)
    {
        // An array that holds what is no JSON is none.
        var bad = All.Skip(array ? 1 : 0).ToList();
        byte[][] all = [Good(), .. bad.Select(b => b.Json), Good()];

        var (status, body) = await Post(array ? BadBodies.Array(all) : Joined("\n", all));

        Assert.True(status == 202, $"{status} {body}");
        var answer = JsonNode.Parse(body)!;
        Assert.Equal(2, (int)answer["accepted"]!);
        Assert.Equal(2, _ledger.List("select process_run_id from process_run_observation").Count);
        AssertTold(bad.Select((b, n) => (n + 2, b.Reason)), answer["rejected"]!);
        Assert.Equal(
            bad.Select(b => Convert.ToHexString(b.Json)).Order(StringComparer.Ordinal),
            _ledger.List("select hex(payload) from rejected_observation").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_bad_one_alone_is_400_with_its_reason()
    {
        foreach (var (json, reason) in All)
        {
            var (status, body) = await Post(json);

            // An array of one is an array.
            Assert.True(status == 400, $"{status} {body}");
            AssertTold([(1, reason)], JsonNode.Parse(body)!["rejected"]!);
        }
    }

    [Fact]
    public async Task An_event_of_a_batch_that_cannot_be_read_costs_itself_alone()
    {
        var good = Encoding.UTF8.GetBytes(LineageEvents.Event().ToJsonString());
        byte[][] mended =
        [
            Event("HALF", "\\ud800"),
            Event("\"HALF\"", new string('[', 200) + new string(']', 200)),
            NoUtf8(LineageEvents.Event().With("producer", "BYTE").ToJsonString()),
        ];
        (byte[] Json, string Reason)[] bad =
        [
            (Encoding.UTF8.GetBytes("""{"\ud800":1}"""), "run is missing"),
            (Encoding.UTF8.GetBytes("[1]"), "not a JSON object"),
        ];

        var (status, body) = await Post(
            BadBodies.Array([.. mended, .. bad.Select(b => b.Json), good]), "/api/v1/lineage");

        Assert.True(status == 202, $"{status} {body}");
        var answer = JsonNode.Parse(body)!;
        Assert.Equal(4, (int)answer["accepted"]!);
        Assert.Equal([1, 2, 3], answer["dropped"]!.AsArray().Select(remark => (int)remark!["line"]!));
        AssertTold(bad.Select((b, n) => (n + 4, b.Reason)), answer["rejected"]!);
        foreach (var (json, reason) in bad[..1])
        {
            var (alone, told) = await Post(json, "/api/v1/lineage");
            Assert.Equal(400, alone);
            AssertTold([(1, reason)], JsonNode.Parse(told)!["rejected"]!);
        }

        static byte[] Event(string old, string json) => Encoding.UTF8.GetBytes(
            LineageEvents.Event().With("producer", "HALF").ToJsonString().Replace(old, json, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\n  \"type\": \"RunStarted\",\n  \"processRunId\": ,\n  \"correlationId\": \"c\"\n}\n")]
    [InlineData("\r\n{\r\n  \"type\": \"RunStarted\",\r\n  \"evidenceRef\": {\r\n")]
    [InlineData("[\n  { \"type\": \"RunStarted\" },\n  { \"type\": \"RunStarted\" }\n")]
    [InlineData("[{ \"type\": \"RunStarted\" }, nonsense,\n{ \"type\": \"RunStarted\" }]")]
    public async Task One_broken_value_over_many_lines_is_one_rejection(string body)
    {
        var (status, answer) = await Post(Encoding.UTF8.GetBytes(body));

        Assert.Equal(400, status);
        AssertTold([(1, "Not JSON")], JsonNode.Parse(answer)!["rejected"]!);
    }

    [Theory]
    [InlineData("{\"type\":\"RunSta")]
    [InlineData("{\"type\":\"RunStarted\",")]
    [InlineData("{\"type\":\"RunStarted\",\"evidenceRef\":[")]
    [InlineData("[\"whole\"]")]
    public async Task A_line_that_was_cut_costs_those_after_it_nothing(string first)
    {
        var (status, body) = await Post(Joined("\n", [Encoding.UTF8.GetBytes(first), Good(), Good()]));

        Assert.Equal(202, status);
        Assert.Equal(2, (int)JsonNode.Parse(body)!["accepted"]!);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_fault()
    {
        byte[] mark = [0xEF, 0xBB, 0xBF];
        Assert.Equal(202, (await Post([.. mark, .. Good()])).Status);
        Assert.Equal(202, (await Post([.. mark, .. BadBodies.Array([Good()])])).Status);
        Assert.Equal(
            (202, """{"accepted":2,"ignored":[],"rejected":[]}"""),
            await Post([.. mark, .. Joined("\n", [Good(), Good()])]));
    }

    [Theory]
    [InlineData("gzip", 400)]
    [InlineData("br", 400)]
    [InlineData("deflate", 400)]
    [InlineData("zstd", 415)]
    [InlineData("gzip, gzip", 415)]
    [InlineData("identity", 202)]
    public async Task A_body_that_is_not_what_its_encoding_says_is_told_so(string encoding, int expected)
    {
        var (status, body) = await Post(Good(), encoding: encoding);

        Assert.True(expected == status, $"{status} {body}");
        Assert.Empty(_ledger.List("select 1 from rejected_observation"));
    }

    [Fact]
    public async Task A_packed_body_that_was_cut_is_400_and_nothing_of_it_lands()
    {
        var packed = Pack(Joined("\n", Enumerable.Range(0, 200).Select(_ => Good())));

        var (status, body) = await Post(packed[..^(packed.Length / 3)], encoding: "gzip");

        Assert.True(status == 400, $"{status} {body}");
        Assert.Empty(_ledger.List("select 1 from process_run_observation"));
    }

    [Fact]
    public async Task A_packed_body_that_becomes_too_large_is_413()
    {
        var (status, body) = await Post(Pack(new byte[32 * 1024 * 1024]), encoding: "gzip");

        Assert.True(status == 413, $"{status} {body}");
    }

    static byte[] Pack(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress))
            gzip.Write(body);
        return packed.ToArray();
    }

    static void AssertTold(IEnumerable<(int Line, string Reason)> expected, JsonNode rejected)
    {
        var told = rejected.AsArray();
        var all = expected.ToList();
        Assert.True(all.Count == told.Count, $"{all.Count} expected: {rejected}");
        foreach (var (remark, (line, reason)) in told.Zip(all))
        {
            Assert.Equal(line, (int)remark!["line"]!);
            Assert.Contains(reason, (string)remark["reason"]!, StringComparison.OrdinalIgnoreCase);
            Assert.InRange(((string)remark["reason"]!).Length, 1, 600);
        }
    }

    async Task<(int Status, string Body)> Post(byte[] body, string route = "/api/observations", string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (encoding is not null)
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await _ledger.Post(route, content);
    }
}
