using System.Text.Json;
using RunLedger.Cli.Sending;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RunLedger.Cli.Asking;

/// <summary>
/// Asks again and again. A terminal sees what is, in place; a file or a pipe gets a line for each change.
/// A ledger that stops answering is waited for.
/// </summary>
sealed class RunWatch(LedgerHttp ledger, TextWriter output, TimeSpan every, bool json, TimeProvider time)
{
    readonly IAnsiConsole _console = Screen.Of(output);
    readonly Dictionary<string, string> _seen = [];
    bool _answered;

    /// <summary>The newest runs, until it is interrupted.</summary>
    public Task<int> All(string route, int limit, CancellationToken cancellationToken) => Watch(
        async () =>
        {
            var runs = await ledger.List(route, limit, cancellationToken);
            foreach (var run in Enumerable.Reverse(runs))
                await Changed(run, "processRunId", run.Text("processCandidateCode"));
            return (RunTable.Of(runs, _console.Profile.Width), null);
        },
        cancellationToken);

    /// <summary>One run, until it has ended.</summary>
    public Task<int> One(Guid id, CancellationToken cancellationToken) => Watch(
        async () =>
        {
            var view = await RunsCommand.Ask(ledger, id, cancellationToken);
            await Changed(view.Run, "processRunId", view.Run.Text("processCandidateCode"));
            foreach (var component in view.Components)
                await Changed(component, "componentRunId", component.Text("dotCode"));
            int? code = view.Run.Text("status") switch
            {
                "completed" => Exit.Done,
                "failed" or "cancelled" => Exit.No,
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
                return await Loop(ask, _ => { }, cancellationToken);
            return await _console.Live(new Text(""))
                .StartAsync(live => Loop(ask, live.UpdateTarget, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whoever has seen enough says so with Ctrl+C.
            return Exit.Done;
        }
    }

    async Task<int> Loop(
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
            catch (CliException e) when (_answered && e.ExitCode == Exit.NotUsable)
            {
                show(new Text(Terminal.Plain(e.Message), Color.Yellow));
            }

            await Task.Delay(every, time, cancellationToken);
        }
    }

    IRenderable Shown(RunView view)
    {
        var run = RunTable.Of([view.Run], _console.Profile.Width);
        return view.Components.Count == 0
            ? run
            : new Rows(run, RunTable.OfComponents(view.Components, _console.Profile.Width));
    }

    async Task Changed(JsonElement row, string id, string? name)
    {
        var (key, status) = (row.Text(id) ?? "", row.Text("status") ?? "");
        if (InPlace || (_seen.TryGetValue(key, out var before) && before == status))
            return;
        _seen[key] = status;
        await output.WriteLineAsync(json
            ? JsonSerializer.Serialize(row, Json.Line)
            : $"{Screen.Shown(time.GetUtcNow())} {status} {name ?? key} {key} {row.Text("errorRef")}".TrimEnd()
                .ReplaceLineEndings(" "));
        await output.FlushAsync(CancellationToken.None);
    }
}
