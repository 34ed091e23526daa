using System.Text.Json.Nodes;
using Google.Protobuf;
using RunLedger.Service.Intake.Otlp.Wire;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake.Otlp;

/// <summary>Spans arrive in any order, and a sender that heard nothing sends them again.</summary>
public sealed class TraceOrderTests(SharedLedger shared) : IClassFixture<SharedLedger>
{
    [Fact]
    public async Task Shuffled_and_doubled_spans_give_identical_rows()
    {
        Span[] spans =
        [
            .. Enumerable.Range(1, 6)
                .Select(number => Spans.Task(number, $"task {number}", number == 5 ? "error" : "success")),
            Spans.Run(result: "failure"), Spans.Run("4712"), Spans.Task(7, run: "4712"),
        ];
        string? inOrder = null;
        foreach (var seed in Enumerable.Range(0, 12))
        {
            var ledger = shared.Empty();
            var random = new Random(seed);
            var sent = spans.Concat(spans.Take(seed)).ToArray();
            if (seed > 0)
                random.Shuffle(sent);
            foreach (var few in sent.Chunk(1 + (seed % 4)))
            {
                using var content = new ByteArrayContent(Spans.Request(few).ToByteArray())
                {
                    Headers = { ContentType = new("application/x-protobuf") },
                };
                Assert.Equal(200, (await ledger.Post("/v1/traces", content)).Status);
            }

            var rows = string.Join('\n', Rows(ledger, "process_run_observation", "").Concat(
                Rows(ledger, "process_component_observation", "component_run_id || dot_code || component_role ||")));
            inOrder ??= rows;
            Assert.Equal(inOrder, rows);
        }

        Assert.Equal(2, shared.Ledger.List("select 1 from process_run_observation").Count);
        Assert.Equal(7, shared.Ledger.List("select 1 from process_component_observation").Count);
    }

    static IEnumerable<string> Rows(EmbeddedLedger ledger, string table, string more) =>
        ledger.List(
            $"select {more} process_run_id || correlation_id || status || coalesce(error_ref, '') || source_system "
            + "|| coalesce(started_at, '') || coalesce(ended_at, '') || x'0a' || evidence_ref "
            + $"from {table} order by 1").Select(Ordered);

    // The members of evidence have no order.
    static string Ordered(string row)
    {
        var at = row.IndexOf('\n', StringComparison.Ordinal);
        return row[..at] + Ordered(JsonNode.Parse(row[at..])!).ToJsonString();
    }

    static JsonNode Ordered(JsonNode node) => node switch
    {
        JsonObject json => new JsonObject(json.OrderBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => KeyValuePair.Create(one.Key, one.Value is null ? null : Ordered(one.Value)))),
        _ => node.DeepClone(),
    };
}
