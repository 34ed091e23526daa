using System.CommandLine;
using System.Text.Json;
using RunLedger.Cli.Sending;

namespace RunLedger.Cli.Asking;

/// <summary>
/// <c>runs list | show | watch</c>: what the ledger knows. Exit codes: 0 answered, 1 no such run, 2 no ledger.
/// </summary>
static class RunsCommand
{
    const int MostComponents = 10_000;

    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.Url();
        url.Recursive = true;
        var json =
            new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts", Recursive = true };
        return new("runs", "Ask the ledger of runs") { url, json, List(), Show(), Watch() };

        Command List()
        {
            var filter = new RunFilterOptions(50);
            var command = new Command("list", "The newest runs, as a table");
            filter.AddTo(command);
            command.Does(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerHttp(parsed.Ledger(url), time);
                var runs = await ledger.List(filter.Route(parsed), filter.Limit(parsed), cancellationToken);
                var output = parsed.InvocationConfiguration.Output;
                if (parsed.GetValue(json))
                    await output.WriteLineAsync(JsonSerializer.Serialize(new { items = runs }, Json.Indented));
                else if (runs.Count == 0)
                    await output.WriteLineAsync("The ledger has no such runs.");
                else
                    Screen.Of(output).Write(RunTable.Of(runs, Screen.Of(output).Profile.Width));
                return Exit.Done;
            });
            return command;
        }

        Command Show()
        {
            var id = Id();
            var command = new Command(
                "show", "One run: its row, its components, its tree, its evidence, and what is wrong")
            {
                id,
            };
            command.Does(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerHttp(parsed.Ledger(url), time);
                var view = await Ask(ledger, parsed.GetValue(id), cancellationToken);
                var output = parsed.InvocationConfiguration.Output;
                if (parsed.GetValue(json))
                    await output.WriteLineAsync(view.Json);
                else
                    view.Write(Screen.Of(output));
                return Exit.Done;
            });
            return command;
        }

        Command Watch()
        {
            var id = Id();
            id.Arity = ArgumentArity.ZeroOrOne;
            var filter = new RunFilterOptions(20);
            var every = Duration.Option("--every", TimeSpan.FromSeconds(2), "How often to ask");
            var command = new Command(
                "watch",
                "Runs as they change; with an ID one run until it has ended: then the exit code is 0 only "
                + "if it completed")
                {
                    id,
                    every,
                };
            filter.AddTo(command);
            command.Does(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerHttp(parsed.Ledger(url), time);
                var watch = new RunWatch(
                    ledger, parsed.InvocationConfiguration.Output, parsed.GetValue(every), parsed.GetValue(json), time);
                return parsed.GetResult(id) is null
                    ? await watch.All(filter.Route(parsed), filter.Limit(parsed), cancellationToken)
                    : await watch.One(parsed.GetValue(id), cancellationToken);
            });
            return command;
        }
    }

    /// <summary>All there is to show of a run.</summary>
    public static async Task<RunView> Ask(LedgerHttp ledger, Guid id, CancellationToken cancellationToken)
    {
        var run = await ledger.Get($"api/runs/{id}", cancellationToken);
        return new(
            run,
            await ledger.List($"api/runs/{id}/components", MostComponents, cancellationToken),
            await ledger.Get($"api/runs/{id}/tree", cancellationToken));
    }

    static Argument<Guid> Id() => new("ID")
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
