using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RunLedger.Cli.Runs;

/// <summary>
/// Polls the ledger. On a terminal the display is updated in place; a file or a pipe gets a line for each change.
/// When the ledger stops answering, polling goes on.
/// </summary>
sealed class RunWatch(LedgerApiClient ledger, TextWriter output, TimeSpan every, bool json, TimeProvider time)
{
    readonly IAnsiConsole _console = ConsoleOutput.CreateConsole(output);
    readonly Dictionary<string, string> _seen = [];
    bool _answered;

    /// <summary>The newest runs, until it is interrupted.</summary>
    public Task<int> WatchRuns(string route, int limit, CancellationToken cancellationToken) => Watch(
        async () =>
        {
            var runs = await ledger.List(route, limit, cancellationToken);
            foreach (var run in Enumerable.Reverse(runs))
                await PrintChange(run, "processRunId", run.Text("processCandidateCode"));
            return (RunTable.ForRuns(runs, _console.Profile.Width), null);
        },
        cancellationToken);

    /// <summary>One run, until it has ended.</summary>
    public Task<int> WatchRun(Guid id, CancellationToken cancellationToken) => Watch(
        async () =>
        {
            var view = await RunView.Load(ledger, id, cancellationToken);
            await PrintChange(view.Run, "processRunId", view.Run.Text("processCandidateCode"));
            foreach (var component in view.Components)
                await PrintChange(component, "componentRunId", component.Text("dotCode"));
            int? code = view.Run.Text("status") switch
            {
                "completed" => ExitCodes.Success,
                "failed" or "cancelled" => ExitCodes.Failure,
                _ => null,
            };
            return (Shown(view), code);
        },
        cancellationToken);

    bool InPlace => !json && _console.Profile.Out.IsTerminal;

    async Task<int> Watch(Func<Task<(IRenderable Shown, int? Code)>> ask, CancellationToken cancellationToken)
    {
        try
        {
            if (!InPlace)
                return await Poll(ask, _ => { }, cancellationToken);
            return await _console.Live(new Text(""))
                .StartAsync(live => Poll(ask, live.UpdateTarget, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C is how a watch normally ends.
            return ExitCodes.Success;
        }
    }

    async Task<int> Poll(
        Func<Task<(IRenderable Shown, int? Code)>> ask, Action<IRenderable> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var (shown, code) = await ask();
                _answered = true;
                show(shown);
                if (code is { } ended)
                    return ended;
            }
            catch (CliException e) when (_answered && e.ExitCode == ExitCodes.Error)
            {
                show(new Text(TerminalText.Sanitize(e.Message), Color.Yellow));
            }

            await Task.Delay(every, time, cancellationToken);
        }
    }

    IRenderable Shown(RunView view)
    {
        var run = RunTable.ForRuns([view.Run], _console.Profile.Width);
        return view.Components.Count == 0
            ? run
            : new Rows(run, RunTable.ForComponents(view.Components, _console.Profile.Width));
    }

    async Task PrintChange(JsonElement row, string id, string? name)
    {
        var (key, status) = (row.Text(id) ?? "", row.Text("status") ?? "");
        if (InPlace || (_seen.TryGetValue(key, out var before) && before == status))
            return;
        _seen[key] = status;
        await output.WriteLineAsync(json
            ? JsonSerializer.Serialize(row, Json.Line)
            : $"{ConsoleOutput.FormatTime(time.GetUtcNow())} {status} {name ?? key} {key} {row.Text("errorRef")}"
                .TrimEnd()
                .ReplaceLineEndings(" "));
        await output.FlushAsync(CancellationToken.None);
    }
}
