using System.CommandLine;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;

namespace RunLedger.Cli.Runs;

/// <summary>
/// <c>runs list | show | compare | watch</c>: what the ledger knows. Exit codes: 0 answered, 1 no such run, 2 no
/// ledger.
/// </summary>
static class RunsCommand
{
    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlsOption();
        url.Recursive = true;
        var json =
            new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts", Recursive = true };
        return new("runs", "Ask the ledger of runs") { url, json, List(), Show(), Compare(), Watch() };

        Command List()
        {
            var filter = new RunFilterOptions(50);
            var command = new Command("list", "The newest runs, as a table");
            filter.AddTo(command);
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledgers = new Ledgers(LedgerAddress.ReadAll(parsed, url), time);
                var runs = await ledgers.List(filter.Route(parsed), filter.Limit(parsed), cancellationToken);
                var output = parsed.InvocationConfiguration.Output;
                if (parsed.GetValue(json))
                    await output.WriteLineAsync(JsonSerializer.Serialize(new { items = runs }, Json.Indented));
                else if (runs.Count == 0)
                    await output.WriteLineAsync("The ledger has no such runs.");
                else
                    ConsoleOutput.CreateConsole(output)
                        .Write(RunTable.ForRuns(runs, ConsoleOutput.CreateConsole(output).Profile.Width));
                return ExitCodes.Success;
            });
            return command;
        }

        Command Show()
        {
            var id = Id();
            var command = new Command(
                "show", "One run: its row, its components, its tree, its evidence, and what is wrong")
            {
                id
            };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledgers = new Ledgers(LedgerAddress.ReadAll(parsed, url), time);
                var run = parsed.GetValue(id);
                var view = await RunView.Load(
                    await ledgers.HolderOf(run, cancellationToken), run, cancellationToken);
                var output = parsed.InvocationConfiguration.Output;
                if (parsed.GetValue(json))
                    await output.WriteLineAsync(view.Json);
                else
                    view.Write(ConsoleOutput.CreateConsole(output));
                return ExitCodes.Success;
            });
            return command;
        }

        Command Compare()
        {
            var (id, against) = (Id(), Id("AGAINST"));
            against.Arity = ArgumentArity.ZeroOrOne;
            against.Description = "The other run; without it the last one of its candidate before it that completed";
            var command = new Command(
                "compare", "What differs between a run and another, the most surprising first") { id, against };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledgers = new Ledgers(LedgerAddress.ReadAll(parsed, url), time);
                var run = parsed.GetValue(id);
                var ledger = await ledgers.HolderOf(run, cancellationToken);
                var answer = await ledger.Get(
                    parsed.GetResult(against) is null
                        ? $"api/runs/{run}/changes"
                        : $"api/runs/{run}/changes?against={parsed.GetValue(against)}",
                    cancellationToken);
                var output = parsed.InvocationConfiguration.Output;
                if (parsed.GetValue(json))
                    await output.WriteLineAsync(JsonSerializer.Serialize(answer, Json.Indented));
                else
                    CompareTable.Write(ConsoleOutput.CreateConsole(output), answer);
                return ExitCodes.Success;
            });
            return command;
        }

        Command Watch()
        {
            var id = Id();
            id.Arity = ArgumentArity.ZeroOrOne;
            var filter = new RunFilterOptions(20);
            var every = Duration.CreateOption("--every", TimeSpan.FromSeconds(2), "How often to ask");
            var command = new Command(
                "watch",
                "Runs as they change; with an ID one run until it has ended: then the exit code is 0 only "
                + "if it completed")
                {
                    id,
                    every
                };
            filter.AddTo(command);
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledgers = new Ledgers(LedgerAddress.ReadAll(parsed, url), time);
                var watch = new RunWatch(
                    ledgers.One,
                    parsed.InvocationConfiguration.Output,
                    parsed.GetValue(every),
                    parsed.GetValue(json),
                    time);
                return parsed.GetResult(id) is null
                    ? await watch.WatchRuns(filter.Route(parsed), filter.Limit(parsed), cancellationToken)
                    : await watch.WatchRun(parsed.GetValue(id), cancellationToken);
            });
            return command;
        }
    }

    static Argument<Guid> Id(string name = "ID") => new(name)
    {
        Description = "The run's id, or an alias",
        CustomParser = result =>
        {
            if (!Guid.TryParse(result.Tokens[0].Value, out var id))
                result.AddError(
                    $"'{result.Tokens[0].Value}' is no id of a run such as 0198c0de-7a3b-7c11-9d3e-2f6a5b4c3d2e.");
            return id;
        },
    };
}
