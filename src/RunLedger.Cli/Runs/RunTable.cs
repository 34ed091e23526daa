using System.Text.Json;
using RunLedger.Cli.Output;
using Spectre.Console;

namespace RunLedger.Cli.Runs;

/// <summary>Runs or components as a table. On a narrow terminal it has fewer columns, never half an id.</summary>
static class RunTable
{
    // A UUID has 36 characters, a time 20, a status 14 at most.
    const int Wide = 132;
    const int Medium = 96;

    static readonly (string Name, int From, Func<JsonElement, Text> Cell)[] RunColumns =
    [
        ("Status", 0, Status),
        ("Candidate", 0, run => Cell(run.Text("processCandidateCode"))),
        ("Started", Medium, Started),
        ("Took", Medium, Took),
        ("Correlation", Wide, run => Cell(run.Text("correlationId"))),
        ("Run", 0, run => Cell(run.Text("processRunId"))),
    ];

    static readonly (string Name, int From, Func<JsonElement, Text> Cell)[] ComponentColumns =
    [
        ("Status", 0, Status),
        ("Component", 0, one => Cell(one.Text("dotCode") ?? one.Text("componentRunId"))),
        ("Role", Medium, one => Cell(one.Text("componentRole"))),
        ("Started", Medium, Started),
        ("Took", 0, Duration),
        ("Output or error", 0, one => Cell(one.Text("errorRef") ?? one.Text("outputRef"))),
    ];

    public static Table ForRuns(IEnumerable<JsonElement> runs, int width) => Create(RunColumns, runs, width);

    public static Table ForComponents(IEnumerable<JsonElement> components, int width) =>
        Create(ComponentColumns, components, width);

    public static Text Status(JsonElement run) =>
        new(run.Text("status") ?? "", ConsoleOutput.StatusColor(run.Text("status")));

    static Table Create(
        (string Name, int From, Func<JsonElement, Text> Cell)[] columns, IEnumerable<JsonElement> rows, int width)
    {
        columns = [.. columns.Where(column => width >= column.From)];
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column.Name))
            {
                Padding = new Padding(0, 0, 1, 0),
                NoWrap = column.Name is "Run" or "Status"
            });
        foreach (var row in rows)
            table.AddRow(columns.Select(column => column.Cell(row)));
        return table;
    }

    static Text Started(JsonElement row) => Cell(ConsoleOutput.FormatTime(row.Time("startedAt")));

    static Text Duration(JsonElement row) =>
        Cell(ConsoleOutput.FormatDuration(row.Time("startedAt"), row.Time("endedAt")));

    static Text Took(JsonElement run) => Cell(string.Join(
        ' ',
        (string[])
        [
            ConsoleOutput.FormatDuration(run.Time("startedAt"), run.Time("endedAt")),
            .. run.Items("unlike").Select(one => one.Text("kind")).OfType<string>().Distinct(),
        ]).Trim());

    // Text, never markup: brackets in a code are brackets.
    static Text Cell(string? text) => new(text ?? "");
}
