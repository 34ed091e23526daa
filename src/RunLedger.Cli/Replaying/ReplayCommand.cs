using System.CommandLine;
using System.Globalization;
using RunLedger.Cli.Sending;
using Spectre.Console;

namespace RunLedger.Cli.Replaying;

/// <summary>
/// <c>replay FILE…</c>: sends files of observations or OpenLineage events. Exit codes: 0 all taken, 1 some refused, 2 a
/// file cannot be read or no ledger takes it.
/// </summary>
static class ReplayCommand
{
    const string StandardInput = "-";

    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.Url();
        var files = new Argument<string[]>("FILE")
        {
            Description = "NDJSON of observations, OpenLineage events (one a line, or an array), or - for standard "
                + "input; told apart by what is in them",
            Arity = ArgumentArity.OneOrMore,
        };
        var patience = Duration.Option(
            "--patience", TimeSpan.FromMinutes(5), "How long a ledger that is busy or restarts is waited for");
        var command = new Command(
            "replay",
            "Send what files hold; what arrived before counts once, so an interrupted replay is simply run again")
            {
                files, url, patience,
            };
        command.Does(async (parsed, cancellationToken) =>
        {
            var streams = parsed.InvocationConfiguration;
            using var ledger = new LedgerHttp(parsed.Ledger(url), time, parsed.GetValue(patience));
            return await Run(parsed.GetValue(files)!, ledger, streams.Output, streams.Error, cancellationToken);
        });
        return command;
    }

    static async Task<int> Run(
        string[] files, LedgerHttp ledger, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var console = Screen.Of(error);
        var waits = "";
        // Above the bar, where there is one, so that neither breaks the other.
        var replay = new Replay(
            ledger,
            (file, line, reason) => Say($"{file}:{line}: {reason}"),
            why =>
            {
                if (waits != why)
                    Say(waits = why);
            });
        var code = Exit.Done;
        try
        {
            if (console.Profile.Out.IsTerminal)
                await Bar(console).StartAsync(bar => AllAsync(file => bar.AddTask(Markup.Escape(file))));
            else
                await AllAsync(_ => null);
        }
        finally
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{replay.Taken:N0} taken, {replay.Ignored:N0} ignored, {replay.Rejected:N0} rejected."));
        }

        return code == Exit.Done && replay.Rejected > 0 ? Exit.No : code;

        async Task AllAsync(Func<string, ProgressTask?> task)
        {
            foreach (var file in files)
            {
                try
                {
                    await using var stream = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
                    var progress = task(file);
                    if (progress is not null)
                        progress.IsIndeterminate = !stream.CanSeek;
                    await using var watched = progress is null ? stream : new WatchedStream(stream, progress);
                    await replay.File(file, watched, cancellationToken);
                    progress?.Value = progress.MaxValue;
                }
                catch (Exception e)
                    when (e is UnauthorizedAccessException or IOException or ArgumentException or NotSupportedException)
                {
                    Say($"{file} cannot be read: {e.Message}");
                    code = Exit.NotUsable;
                }
            }
        }

        void Say(string text)
        {
            // A pipe gets the line as it is, however long.
            if (console.Profile.Out.IsTerminal)
                console.Write(new Text(Terminal.Plain(text.ReplaceLineEndings(" ")) + "\n"));
            else
                error.WriteLine(Terminal.Plain(text.ReplaceLineEndings(" ")));
        }
    }

    static Progress Bar(IAnsiConsole console) => console.Progress()
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());
}
