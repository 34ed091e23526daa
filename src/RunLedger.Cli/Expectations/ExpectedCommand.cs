using System.CommandLine;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Expectations;

/// <summary>
/// <c>expected list | slots | propose | put | delete</c>: which runs are expected and what came of it. Exit codes: 0
/// answered, 1 refused or not there, 2 no ledger; <c>list --missing</c> answers 1 where a run is missing, for checks.
/// </summary>
static class ExpectedCommand
{
    const int Usual = 50;
    const int Most = 500;

    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        url.Recursive = true;
        var json =
            new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts", Recursive = true };
        return new("expected", "Which runs are expected, and what came of it")
        {
            url, json, List(), Slots(), Propose(), Put(), Delete(),
        };

        Command List()
        {
            var missing = new Option<bool>("--missing")
            {
                Description = "Only those whose last run was missed; then the exit code is 1 if there are any",
            };
            var command = new Command("list", "What is expected, as a table") { missing };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Get("api/expectations", cancellationToken);
                var only = parsed.GetValue(missing);
                var items = answer.Items("items").Where(one => !only || ExpectedTable.IsMissing(one)).ToList();
                Write(parsed, json, new { items }, items, "Nothing is expected.", ExpectedTable.ForExpectations);
                return only && items.Count > 0 ? ExitCodes.Failure : ExitCodes.Success;
            });
            return command;
        }

        Command Slots()
        {
            var name = Name();
            var limit = new Option<int>("--limit")
            {
                Description = $"How many slots, the newest first, at most {Most}",
                DefaultValueFactory = _ => Usual,
            };
            var command = new Command("slots", "The slots of one, and what came of each") { name, limit };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Get(
                    $"{Route(parsed.GetValue(name)!)}/slots?limit={parsed.GetValue(limit)}", cancellationToken);
                Write(
                    parsed, json, answer, [.. answer.Items("items")], "It has had no slot since it was armed.",
                    ExpectedTable.ForSlots);
                return ExitCodes.Success;
            });
            return command;
        }

        Command Propose()
        {
            var candidate = new Argument<string>("CODE") { Description = "The candidate, exactly" };
            var zone = Text("--zone", "ZONE", "The time zone that is meant; without it those that may be are tried");
            var command = new Command("propose", "What the starts of a candidate seem to keep; arms nothing")
            {
                candidate, zone,
            };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var named = parsed.GetValue(zone) is { } name ? $"&zone={Uri.EscapeDataString(name)}" : "";
                var answer = await ledger.Get(
                    $"api/expectation-proposal?candidate={Uri.EscapeDataString(parsed.GetValue(candidate)!)}{named}",
                    cancellationToken);
                var output = parsed.InvocationConfiguration.Output;
                if (parsed.GetValue(json))
                    await output.WriteLineAsync(JsonSerializer.Serialize(answer, Json.Indented));
                else if (answer.Text("cron") is { } cron)
                    await output.WriteLineAsync(
                        $"{cron} {answer.Text("zone") ?? "UTC"}, grace {answer.Text("grace")}, "
                        + $"early {answer.Text("early")}");
                if (!parsed.GetValue(json))
                    await output.WriteLineAsync(answer.Text("words"));
                return answer.Text("cron") is null ? ExitCodes.Failure : ExitCodes.Success;
            });
            return command;
        }

        Command Put()
        {
            var (name, candidate, cron) = (Name(), Text("--candidate", "CODE", "The candidates it is for"),
                Text("--cron", "CRON", "When runs start, such as \"30 2 * * *\""));
            (candidate.Required, cron.Required) = (true, true);
            var zone = Text("--zone", "ZONE", "The time zone of the cron; UTC when none is named");
            var grace = Time("--grace", "How long after its slot a run may start; 10m when not named");
            var early = Time("--early", "How long before its slot a run may start; 5m when not named");
            var longest = Time("--longest", "How long a run may take");
            var most = new Option<int?>("--most") { Description = "How many runs a slot may have; 1 when not named" };
            var command = new Command("put", "Arms an expectation, or changes it")
            {
                name, candidate, cron, zone, grace, early, longest, most,
            };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Put(
                    Route(parsed.GetValue(name)!),
                    new
                    {
                        candidate = parsed.GetValue(candidate),
                        cron = parsed.GetValue(cron),
                        zone = parsed.GetValue(zone),
                        grace = parsed.GetValue(grace)?.ToString("c"),
                        early = parsed.GetValue(early)?.ToString("c"),
                        longest = parsed.GetValue(longest)?.ToString("c"),
                        mostRuns = parsed.GetValue(most),
                    },
                    cancellationToken);
                Write(parsed, json, answer, [answer], "", ExpectedTable.ForExpectations);
                return ExitCodes.Success;
            });
            return command;
        }

        Command Delete()
        {
            var name = Name();
            var command = new Command("delete", "Expects it no more; what was found of it goes too") { name };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                await ledger.Delete(Route(parsed.GetValue(name)!), cancellationToken);
                return ExitCodes.Success;
            });
            return command;
        }
    }

    static void Write(
        ParseResult parsed,
        Option<bool> json,
        object answer,
        List<JsonElement> items,
        string none,
        Func<IEnumerable<JsonElement>, int, Spectre.Console.Table> table)
    {
        var output = parsed.InvocationConfiguration.Output;
        var console = ConsoleOutput.CreateConsole(output);
        if (parsed.GetValue(json))
            output.WriteLine(JsonSerializer.Serialize(answer, Json.Indented));
        else if (items.Count == 0)
            output.WriteLine(none);
        else
            console.Write(table(items, console.Profile.Width));
        if (parsed.GetValue(json))
            return;
        foreach (var remark in items.SelectMany(one => one.Items("remarks")))
            output.WriteLine(TerminalText.Sanitize(remark.ToString()));
    }

    static string Route(string name) => $"api/expectations/{Uri.EscapeDataString(name)}";

    static Argument<string> Name() => new("NAME") { Description = "The expectation's name" };

    static Option<string?> Text(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };

    static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Duration.Parse(result),
    };
}
