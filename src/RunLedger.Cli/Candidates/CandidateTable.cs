using System.Globalization;
using System.Text.Json;
using RunLedger.Cli.Output;
using Spectre.Console;

namespace RunLedger.Cli.Candidates;

/// <summary>Candidates as a table; on a narrow terminal it has fewer columns.</summary>
static class CandidateTable
{
    const int Wide = 120;
    const int Medium = 90;

    static readonly (string Name, int From, Func<JsonElement, string> Cell)[] Columns =
    [
        ("Candidate", 0, one => one.Text("candidate") ?? ""),
        ("Trouble", 0, Trouble),
        ("Success", 0, one => Success(Figures(one))),
        ("p50", Medium, one => Seconds(Figures(one), "p50Seconds")),
        ("p95", Medium, one => Seconds(Figures(one), "p95Seconds")),
        ("Last run", Wide, one => ConsoleOutput.FormatTime(Newest(one).Time("createdAt"))),
        ("Runs", 0, Runs),
    ];

    public static Table Create(IEnumerable<JsonElement> candidates, int width)
    {
        var columns = Columns.Where(column => width >= column.From).ToList();
        var table = new Table { Border = TableBorder.Simple };
        foreach (var (name, _, _) in columns)
            table.AddColumn(new TableColumn(new Text(name)) { Padding = new Padding(0, 0, 1, 0) });
        // Text, never markup: brackets in a code are brackets.
        foreach (var candidate in candidates)
            table.AddRow(columns.Select(column => new Text(column.Cell(candidate))));
        return table;
    }

    public static string Runs(JsonElement candidate) => (candidate.Text("runs") ?? "")
        + (candidate.Member("runsTruncated") is { ValueKind: JsonValueKind.True } ? "+" : "");

    /// <summary>What is open about it, in words.</summary>
    public static string Trouble(JsonElement candidate)
    {
        var trouble = candidate.Member("trouble") ?? default;
        var said = ((string Name, string Words)[])
            [("stuck", "stuck"), ("orphan", "orphan"), ("failedLastDay", "failed in 24 h"), ("open", "open")];
        var text = string.Join(", ", said.Where(one => Number(trouble, one.Name) > 0)
            .Select(one => $"{trouble.Text(one.Name)} {one.Words}"));
        return text.Length == 0 ? "none" : text;
    }

    /// <summary>The share of completed runs, and of how many that ended.</summary>
    public static string Success(JsonElement of)
    {
        var ended = (of.Member("outcomes") ?? default).Text("ended") ?? "0";
        return of.Member("successRate") is { ValueKind: JsonValueKind.Number } rate
            ? $"{Share(rate.GetDouble())} of {ended}"
            : "";
    }

    /// <summary>Never rounded up to all, nor down to none.</summary>
    public static string Share(double share) => share switch
    {
        0 or 1 => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %"),
        > .999 => "> 99.9 %",
        < .001 => "< 0.1 %",
        _ => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %"),
    };

    public static string Seconds(JsonElement of, string name) =>
        of.Member(name) is { ValueKind: JsonValueKind.Number } seconds
            ? ConsoleOutput.FormatDuration(
                DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(seconds.GetDouble()))
            : "";

    static long Number(JsonElement of, string name) =>
        of.Member(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : 0;

    static JsonElement Figures(JsonElement candidate) => candidate.Member("figures") ?? default;

    static JsonElement Newest(JsonElement candidate) => candidate.Member("newestRun") ?? default;
}
