using System.Text.Json;
using RunLedger.Cli.Output;
using Spectre.Console;

namespace RunLedger.Cli.Incidents;

/// <summary>Incidents, rules or channels as a table.</summary>
static class IncidentTables
{
    // Less than this has no room for what is not the matter itself.
    const int Wide = 110;

    public static Table ForIncidents(IEnumerable<JsonElement> incidents, int width)
    {
        var table = Create(["State", "What", "Rule", "Began", .. width < Wide ? [] : (string[])["Over", "Told"]]);
        foreach (var one in incidents)
        {
            var lasts = one.Text("state") == "lasting";
            table.AddRow((Text[])
            [
                new(one.Text("state") ?? "", lasts ? Color.Red : Color.Green),
                Cell(one.Text("title")), Cell(one.Text("rule") ?? "-"),
                Cell(ConsoleOutput.FormatTime(one.Time("beganAt"))),
                .. width < Wide
                    ? []
                    : (Text[])[Cell(ConsoleOutput.FormatTime(one.Time("recoveredAt"))), Cell(Told(one))],
            ]);
        }

        return table;
    }

    public static Table ForRules(IEnumerable<JsonElement> rules, int width)
    {
        var table = Create(
            ["Name", "Condition", "Candidate", "Channels", "Hold", .. width < Wide ? [] : (string[])["Lasting"]]);
        foreach (var one in rules)
        {
            table.AddRow((Text[])
            [
                Cell(one.Text("name")), Cell(Condition(one)), Cell(one.Text("candidate")),
                Cell(string.Join(", ", one.Items("channels"))), Cell(one.Text("hold")),
                .. width < Wide ? [] : (Text[])[Cell($"{one.Member("lasting")}")],
            ]);
        }

        return table;
    }

    public static Table ForChannels(IEnumerable<JsonElement> channels, int width)
    {
        var table = Create(
            ["Name", "Kind", "State", "To", "Waiting", .. width < Wide ? [] : (string[])["Fault"]]);
        foreach (var one in channels)
        {
            table.AddRow((Text[])
            [
                Cell(one.Text("name")), Cell(one.Text("kind")),
                new(one.Text("state") ?? "", one.Text("state") == "failing" ? Color.Red : Color.Green),
                Cell(one.Text("address") ?? string.Join(", ", one.Items("to"))), Cell($"{one.Member("waiting")}"),
                .. width < Wide ? [] : (Text[])[Cell(one.Text("fault"))],
            ]);
        }

        return table;
    }

    static string Condition(JsonElement rule) => rule.Text("condition") switch
    {
        "in_a_row" => $"{rule.Member("runs")} in a row",
        "rate" => $"{rule.Member("percent")} % of {rule.Text("window") ?? $"{rule.Member("runs")} runs"}",
        "behind" => $"behind {rule.Text("window")}".TrimEnd(),
        var other => other ?? "",
    };

    static string Told(JsonElement incident) => string.Join(
        ", ",
        incident.Items("messages").Select(message =>
            $"{message.Text("channel")} {message.Text("kind")} {message.Text("state")}"));

    static Table Create(IEnumerable<string> columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column))
            {
                Padding = new Padding(0, 0, 1, 0),
                NoWrap = column is "State" or "Began" or "Over" or "Kind",
            });
        }

        return table;
    }

    // Text, never markup: brackets in a code are brackets.
    static Text Cell(string? text) => new(TerminalText.Sanitize(text ?? ""));
}
