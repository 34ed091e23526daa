using System.CommandLine;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Incidents;

/// <summary>
/// <c>rules list | put | delete</c>: when people are told, and through what. Exit codes: 0 answered, 1 refused or not
/// there, 2 no ledger.
/// </summary>
static class RulesCommand
{
    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        url.Recursive = true;
        var json =
            new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts", Recursive = true };
        return new("rules", "When people are told, and through what")
        {
            url, json, List(), Put(), NamedDelete.Create(time, url, "rules", "Takes a rule away"),
        };

        Command List()
        {
            var command = new Command("list", "The rules, as a table");
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Get("api/rules", cancellationToken);
                Answer.Write(
                    parsed, json, answer, [.. answer.Items("items")], "There is no rule.", IncidentTables.ForRules);
                return ExitCodes.Success;
            });
            return command;
        }

        Command Put()
        {
            var name = new Argument<string>("NAME") { Description = "The rule's name" };
            var condition = Text(
                "--condition", "NAME", "failed, in_a_row, rate, stuck, orphan, missed, slow, rejected or behind");
            var channels = new Option<string[]>("--channel")
            {
                Description = "Through which people are told; may be given several times",
                HelpName = "NAME",
                Required = true,
            };
            condition.Required = true;
            var candidate = Text(
                "--candidate", "CODE", "The candidates it is for, with * and ?; all when none is named");
            var runs = Number("--runs", "Of in_a_row how many, of rate of how many of the last");
            var percent = Number("--percent", "Of rate: how many of a hundred fail");
            var window = Time("--window", "Of rate within how long, of behind how far");
            var hold = Time("--hold", "How long it must have been so before it is told; 1m when not named");
            var zone = Text("--zone", "ZONE", "The time zone of the hours; UTC when none is named");
            var hours = new Option<string[]>("--hours")
            {
                Description = "When people are told, such as 08:00-18:00 or mon,tue,fri:08:00-18:00; may be given "
                    + "several times",
                HelpName = "HOURS",
            };
            var command = new Command("put", "Arms a rule, or changes it")
            {
                name, condition, channels, candidate, runs, percent, window, hold, hours, zone,
            };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var windows = (parsed.GetValue(hours) ?? []).Select(Window).ToList();
                var answer = await ledger.Put(
                    $"api/rules/{Uri.EscapeDataString(parsed.GetValue(name)!)}",
                    new
                    {
                        condition = parsed.GetValue(condition),
                        candidate = parsed.GetValue(candidate),
                        runs = parsed.GetValue(runs),
                        percent = parsed.GetValue(percent),
                        window = parsed.GetValue(window)?.ToString("c"),
                        hold = parsed.GetValue(hold)?.ToString("c"),
                        channels = parsed.GetValue(channels),
                        hours = windows.Count == 0 ? null : new { zone = parsed.GetValue(zone), windows },
                    },
                    cancellationToken);
                Answer.Write(parsed, json, answer, [answer], "", IncidentTables.ForRules);
                return ExitCodes.Success;
            });
            return command;
        }
    }

    // The ledger says what is wrong with it.
    static object Window(string text)
    {
        var days = text.IndexOf(':', StringComparison.Ordinal) is var at and > 0 && !char.IsAsciiDigit(text[0])
            ? text[..at]
            : null;
        var times = (days is null ? text : text[(days.Length + 1)..]).Split('-', 2);
        return new { days = days?.Split(','), from = times[0], to = times.Length > 1 ? times[1] : "" };
    }

    static Option<string?> Text(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };

    static Option<int?> Number(string name, string description) =>
        new(name) { Description = description, HelpName = "N" };

    static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Duration.Parse(result),
    };
}
