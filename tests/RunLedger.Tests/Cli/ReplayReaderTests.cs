using System.Text;
using RunLedger.Cli.Replay;
using RunLedger.Testing;

namespace RunLedger.Tests.Cli;

/// <summary>What a file holds, whatever it is written like.</summary>
public sealed class ReplayReaderTests
{
    [Fact]
    public async Task Lines_are_told_apart_by_what_is_in_them_and_keep_their_numbers() =>
        Assert.Equal(
            [
                (1, "Observation", """{"type":"RunStarted"}"""),
                (3, "Lineage", """{"eventType":"START","eventTime":"2026-01-01T00:00:00Z"}"""),
                (4, "Observation", """{"eventTime":"x","type":"RunFailed"}"""),
            ],
            await Read("\uFEFF{\"type\":\"RunStarted\"}\r\n\n"
                + "{\"eventType\":\"START\",\"eventTime\":\"2026-01-01T00:00:00Z\"}\n"
                + "{\"eventTime\":\"x\",\"type\":\"RunFailed\"}"));

    [Theory]
    [InlineData("", "")]
    [InlineData(" \n \r\n", "")]
    [InlineData("{\"type\":\"R\n{\"type\":\"A\"}\n", "1 Not JSON|2 Observation")]
    [InlineData("{\"type\":\"A\"}\n{\"type\":\"B", "1 Observation|2 Not JSON")]
    [InlineData("nonsense\n{\"type\":\"A\"}", "1 Not JSON|2 Observation")]
    [InlineData("{\"a\":1}\n5\n\"x\"", "1 Neither|2 Neither|3 Neither")]
    [InlineData(
        "[\n{\"type\":\"A\"},\n\n{\"type\":\n\"B\"}, {\"eventTime\":1}]", "2 Observation|4 Observation|5 Lineage")]
    [InlineData("[{\"type\":\"A\"},\n{\"type\":", "1 Observation|2 Not JSON")]
    [InlineData("[]", "")]
    [InlineData("{\n  \"eventTime\": 1\n}\n{\n  \"type\": \"A\"\n}", "1 Lineage|4 Observation")]
    [InlineData("{\"type\":\"A\"}{\"type\":\"B\"}\uFEFF{\"type\":\"C\"}\n\uFEFF{\"type\":\"D\"}",
        "1 Observation|1 Observation|1 Observation|2 Observation")]
    [InlineData("{\n\"type\":\"A\"}\uFEFF{\n\"type\":\"B\"}", "1 Observation|2 Observation")]
    public async Task Each_fault_costs_its_value_alone(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', (await Read(text)).Select(item => $"{item.Line} "
            + $"{item.What.Split(':')[0].Split(' ')[0].Replace("Not", "Not JSON", StringComparison.Ordinal)}")));

    [Fact]
    public async Task A_line_larger_than_the_ledger_takes_costs_itself_alone()
    {
        var large = $"{{\"type\":\"A\",\"x\":\"{new string('x', ReplayItem.MaxBytes + 200_000)}\"}}";

        Assert.Equal(
            ["1 Observation", "2 Larger than the 8 MB that a ledger takes at once.", "3 Observation"],
            (await Read($"{{\"type\":\"A\"}}\n{large}\n{{\"type\":\"B\"}}\n")).Select(
                item => $"{item.Line} {item.What}"));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_said_to_be_none()
    {
        using var stream = new MemoryStream(
            [.. "{\"type\":"u8, 0xff, .. "}\n{\"Type\":\"A\",\"errorRef\":\""u8, 0xff, .. "\"}\n"u8]);

        var items = await ReplayReader.Read(stream).ToListAsync();

        // In a text they are for the ledger to mend.
        Assert.Equal(["Not UTF-8.", null], items.Select(item => item.Fault));
        Assert.Equal(ReplayKind.Observation, items[1].Kind);
    }

    [Fact]
    public async Task Streams_of_real_clients_are_events_one_and_all()
    {
        foreach (var file in Directory.GetFiles(
            Path.Combine(LineageFixtures.Folder(), LineageFixtures.Airflow), "*.json"))
        {
            using var stream = File.OpenRead(file);
            var item = Assert.Single(await ReplayReader.Read(stream).ToListAsync());
            Assert.Equal((1, ReplayKind.Lineage, null), (item.Line, item.Kind, item.Fault));
        }
    }

    /// <summary>However it comes: at once, and a few bytes at a time.</summary>
    static async Task<List<(int Line, string What, string Json)>> Read(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var whole = new MemoryStream(bytes);
        using var dripping = new DrippingStream(bytes, Math.Max(7, bytes.Length / 100));
        var items = await ReplayReader.Read(whole).Select(Shown).ToListAsync();
        Assert.Equal(items, await ReplayReader.Read(dripping).Select(Shown).ToListAsync());
        return items;

        static (int, string, string) Shown(ReplayItem item) =>
            (item.Line, item.Fault ?? item.Kind.ToString(), Encoding.UTF8.GetString(item.Json.Span).Trim());
    }

    sealed class DrippingStream(byte[] bytes, int drop) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, drop)], cancellationToken);
    }
}
