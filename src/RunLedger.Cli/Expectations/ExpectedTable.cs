using System.Text.Json;
using RunLedger.Cli.Output;
using Spectre.Console;

namespace RunLedger.Cli.Expectations;

/// <summary>Expectations or slots as a table.</summary>
static class ExpectedTable
{
    // Less than this has no room for what is not the matter itself.
    const int Wide = 110;

    public static bool IsMissing(JsonElement expectation) =>
        expectation.Member("missing") is { ValueKind: JsonValueKind.True };

    public static Table ForExpectations(IEnumerable<JsonElement> expectations, int width)
    {
        var table = Create(["Name", "Last", "Candidate", "Cron", "Zone", .. width < Wide ? [] : (string[])["Next"]]);
        foreach (var one in expectations)
        {
            var missing = IsMissing(one);
            table.AddRow((Text[])
            [
                Cell(one.Text("name")),
                new(
                    missing ? "missed" : one.Time("judgedSlotAt") is null ? "none yet" : "came",
                    missing ? Color.Red : Color.Green),
                Cell(one.Text("candidate")), Cell(one.Text("cron")), Cell(one.Text("zone") ?? "UTC"),
                .. width < Wide ? [] : (Text[])[Cell(ConsoleOutput.FormatTime(one.Time("nextAt")))],
            ]);
        }

        return table;
    }

    public static Table ForSlots(IEnumerable<JsonElement> slots, int width)
    {
        var table = Create(["Slot", "State", "Began", "Run", .. width < Wide ? [] : (string[])["Notes"]]);
        foreach (var slot in slots)
        {
            var run = slot.Items("runs").FirstOrDefault();
            table.AddRow((Text[])
            [
                Cell(ConsoleOutput.FormatTime(slot.Time("at"))),
                new(slot.Text("state") ?? "", StateColor(slot.Text("state"))),
                Cell(ConsoleOutput.FormatTime(run.Time("beganAt"))),
                Cell(run.Text("processRunId")),
                .. width < Wide
                    ? []
                    : (Text[])[Cell(TerminalText.Sanitize(string.Join(' ', slot.Items("notes"))))],
            ]);
        }

        return table;
    }

    static Table Create(IEnumerable<string> columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column))
            {
                Padding = new Padding(0, 0, 1, 0),
                NoWrap = column is "Run" or "State" or "Slot",
            });
        }

        return table;
    }

    static Style StateColor(string? state) => state switch
    {
        "on_time" => Color.Green,
        "late" => Color.Yellow,
        "missed" => Color.Red,
        _ => Color.Grey,
    };

    // Text, never markup: brackets in a code are brackets.
    static Text Cell(string? text) => new(text ?? "");
}
