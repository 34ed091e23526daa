using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RunLedger.Cli.Asking;

/// <summary>Runs or components as a table. On a narrow terminal it has fewer columns, never half an id.</summary>
static class RunTable
{
    const int Narrow = 100;

    public static Table Of(IEnumerable<JsonElement> runs, int width)
    {
        var wide = width >= Narrow;
        var table = Plain(wide
            ? ["Status", "Candidate", "Started", "Took", "Correlation", "Run"]
            : ["Status", "Candidate", "Run"]);
        foreach (var run in runs)
        {
            var (started, ended) = (run.Time("startedAt"), run.Time("endedAt"));
            IRenderable[] cells = wide
                ?
                [
                    Status(run), Cell(run.Text("processCandidateCode")), Cell(Screen.Shown(started)), Cell(Screen.Took(started, ended)),
                    Cell(run.Text("correlationId")), Id(run.Text("processRunId")),
                ]
                : [Status(run), Cell(run.Text("processCandidateCode")), Id(run.Text("processRunId"))];
            table.AddRow(cells);
        }

        return table;
    }

    public static Table OfComponents(IEnumerable<JsonElement> components)
    {
        var table = Plain("Component", "Role", "Status", "Started", "Took", "Output or error");
        foreach (var one in components)
        {
            var (started, ended) = (one.Time("startedAt"), one.Time("endedAt"));
            table.AddRow(
                Cell(one.Text("dotCode") ?? one.Text("componentRunId")), Cell(one.Text("componentRole")), Status(one),
                Cell(Screen.Shown(started)), Cell(Screen.Took(started, ended)), Cell(one.Text("errorRef") ?? one.Text("outputRef")));
        }

        return table;
    }

    public static Text Status(JsonElement run) => new(run.Text("status") ?? "", Screen.Of(run.Text("status")));

    static Table Plain(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column)) { Padding = new Padding(0, 0, 1, 0) });
        return table;
    }

    // Text, never markup: brackets in a code are brackets.
    static Text Cell(string? text) => new(text ?? "");

    static Text Id(string? id) => new(id ?? "") { Overflow = Overflow.Fold };
}
