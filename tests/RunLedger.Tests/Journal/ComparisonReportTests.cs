using System.Text.Json;
using RunLedger.Cli.Journal;
using RunLedger.Journal;

namespace RunLedger.Tests.Journal;

public sealed class ComparisonReportTests
{
    static readonly Guid Id = Guid.Parse("0194fdc2-fa2f-7cc0-81d3-ff1207450001");

    static readonly JournalProgress Progress = new()
    {
        Stream = "run-ledger-journal",
        First = 3,
        FirstAt = new(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc),
        Last = 9,
        Next = 10,
        Messages = 7,
        Observations = 20,
    };

    [Fact]
    public void As_json_it_has_each_row_with_both_values_and_what_was_counted()
    {
        var report = new ComparisonReport(
            Progress,
            [new("process_run_observation", Id, true, true, false, [new("status", "failed", null)])],
            Older: 1, Archived: 2, [(Id, "no\nid")], Others: 4, Runs: 5, Components: 6)
        {
            Waiting = 8,
        };

        var json = JsonElement.Parse(report.Json());

        Assert.False(report.IsSame);
        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse(
                """
                {"stream":"run-ledger-journal","first":3,"last":9,"beginsAt":"2026-03-01T08:00:00+00:00",
                "messages":7,"observations":20,"definitions":0,"rejected":0,"missingOffsets":0,"runs":5,
                "components":6,"differences":[{"table":"process_run_observation",
                "id":"0194fdc2-fa2f-7cc0-81d3-ff1207450001","inLedger":true,"inLog":true,
                "columns":[{"name":"status","ledger":"failed","log":null}]}],"rejectedOnlyInLog":[
                {"id":"0194fdc2-fa2f-7cc0-81d3-ff1207450001","reason":"no\nid"}],"olderThanLog":1,"archived":2,
                "setAsideOtherwise":4,"waiting":8}
                """),
            json), report.Json());
    }

    [Fact]
    public async Task As_text_it_says_that_all_is_the_same_only_where_it_is()
    {
        await using var output = new StringWriter();
        var report = new ComparisonReport(Progress, [], 0, 0, [], 0, Runs: 1_000, Components: 6) { Waiting = 0 };

        await report.Write(output);

        Assert.True(report.IsSame);
        Assert.Equal(
            "1,000 runs and 6 components of the ledger: each is what the log says.", output.ToString().TrimEnd());
    }
}
