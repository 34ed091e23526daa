using System.Text.Json;
using RunLedger.Cli.Output;
using Spectre.Console;

namespace RunLedger.Cli.Candidates;

/// <summary>Everything the ledger says of one candidate.</summary>
/// <param name="Candidate">The answer of <c>/api/candidates/{code}</c>.</param>
sealed record CandidateView(JsonElement Candidate)
{
    public void Write(IAnsiConsole console)
    {
        console.Write(Header());
        Section(console, "Components", "components", ("Component", one => one.Text("component")),
            ("Runs", one => one.Text("runs")), ("Failed attempts", one => one.Text("failures")),
            ("Flaked in", one => one.Text("flaked")), ("Flake rate", Flakes),
            ("p50", one => CandidateTable.Seconds(one, "p50Seconds")));
        Section(console, "Versions", "versions", ("Version", one => one.Text("version")),
            ("Success", CandidateTable.Success), ("Last", one => ConsoleOutput.FormatTime(one.Time("lastSeen"))));
        Section(console, "Recent failures", "recentFailures", ("Run", one => one.Text("processRunId")),
            ("Started", one => ConsoleOutput.FormatTime(one.Time("startedAt"))),
            ("Error", one => one.Text("errorRef")));
        Section(console, "Recent runs", "recentRuns", ("Run", one => one.Text("processRunId")),
            ("Status", one => one.Text("status")),
            ("Started", one => ConsoleOutput.FormatTime(one.Time("startedAt"))),
            ("Took", one => ConsoleOutput.FormatDuration(one.Time("startedAt"), one.Time("endedAt"))));
    }

    Grid Header()
    {
        var figures = Candidate.Member("figures") ?? default;
        var policy = Candidate.Member("policy") ?? default;
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true }).AddColumn();
        Line("Candidate", Candidate.Text("candidate"));
        Line("Definition", Candidate.Text("definitionCode"));
        Line("Runs", CandidateTable.Runs(Candidate));
        Line("Trouble", CandidateTable.Trouble(Candidate));
        Line("Counted", $"{figures.Text("counted")} runs of the last {figures.Text("days")} days"
            + (figures.Member("truncated") is { ValueKind: JsonValueKind.True }
                ? $", of each day the newest {figures.Text("mostADay")} at most"
                : ""));
        Line("Completed", CandidateTable.Success(figures) is { Length: > 0 } success ? $"{success} that ended" : "");
        Line("p50, p95", figures.Member("p50Seconds") is { ValueKind: JsonValueKind.Number }
            ? $"{CandidateTable.Seconds(figures, "p50Seconds")}, {CandidateTable.Seconds(figures, "p95Seconds")}"
            : "");
        Line("Limits", string.Join(", ", ((string[])["start", "run", "quiet", "orphanGrace"])
            .Select(limit => $"{limit} {policy.Text(limit) ?? "none"}")) + $" (policy {policy.Text("candidate")})");
        foreach (var expected in Candidate.Items("expected"))
            Line($"Expected {expected.Text("name")}", Expected(expected));
        return grid;

        void Line(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                grid.AddRow(new Text(name), new Text(value));
        }
    }

    void Section(
        IAnsiConsole console, string title, string member,
        params (string Name, Func<JsonElement, string?> Cell)[] columns)
    {
        var items = Candidate.Items(member).ToList();
        if (items.Count == 0)
            return;
        console.WriteLine();
        console.Write(new Text($"{title}\n", new Style(decoration: Decoration.Bold)));
        var table = new Table { Border = TableBorder.Simple };
        foreach (var (name, _) in columns)
            table.AddColumn(new TableColumn(new Text(name))
            {
                Padding = new Padding(0, 0, 1, 0),
                NoWrap = name is "Run" or "Status",
            });
        foreach (var item in items)
            table.AddRow(columns.Select(column => new Text(column.Cell(item) ?? "")));
        console.Write(table);
    }

    static string Expected(JsonElement expected) =>
        $"{expected.Text("cron")} {expected.Text("zone") ?? "UTC"}"
        + (expected.Member("missing") is { ValueKind: JsonValueKind.True }
            ? $", the last one is missing: {ConsoleOutput.FormatTime(expected.Time("judgedSlotAt"))}"
            : "")
        + (expected.Time("nextAt") is { } next ? $", next {ConsoleOutput.FormatTime(next)}" : "");

    static string Flakes(JsonElement component) => component.Member("flakeRate") is { } rate
        ? CandidateTable.Share(rate.GetDouble())
        : "";
}
