using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;
using Spectre.Console;

namespace RunLedger.Cli.Replay;

/// <summary>
/// <c>replay FILE…</c>: sends files of observations or OpenLineage events. Exit codes: 0 all accepted, 1 some rejected,
/// 2 a file cannot be read or no ledger answers.
/// </summary>
static class ReplayCommand
{
    const string StandardInput = "-";

    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        var files = new Argument<string[]>("FILE")
        {
            Description = "NDJSON of observations, OpenLineage events (one a line, or an array), or - for standard "
                + "input; told apart by what is in them, packed by gzip or not",
            Arity = ArgumentArity.OneOrMore,
        };
        var patience = Duration.CreateOption(
            "--patience", TimeSpan.FromMinutes(5), "How long a ledger that is busy or restarts is waited for");
        var command = new Command(
            "replay",
            "Send what files hold; what arrived before counts once, so an interrupted replay is simply run again")
            {
                files, url, patience
            };
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            var streams = parsed.InvocationConfiguration;
            using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time, parsed.GetValue(patience));
            return await Run(parsed.GetValue(files)!, ledger, streams.Output, streams.Error, cancellationToken);
        });
        return command;
    }

    static async Task<int> Run(
        string[] files,
        LedgerApiClient ledger,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        var console = ConsoleOutput.CreateConsole(error);
        var lastReason = "";
        // Messages are written above the progress bar, so that neither breaks the other.
        var replay = new ReplaySender(
            ledger,
            (file, line, reason) => Say($"{file}:{line}: {reason}"),
            why =>
            {
                if (lastReason != why)
                    Say(lastReason = why);
            });
        var code = ExitCodes.Success;
        try
        {
            if (console.Profile.Out.IsTerminal)
                await Bar(console).StartAsync(bar => ReplayFiles(file => bar.AddTask(Markup.Escape(file))));
            else
                await ReplayFiles(_ => null);
        }
        finally
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{replay.Accepted:N0} taken, {replay.Ignored:N0} ignored, {replay.Rejected:N0} rejected."));
        }

        return code == ExitCodes.Success && replay.Rejected > 0 ? ExitCodes.Failure : code;

        async Task ReplayFiles(Func<string, ProgressTask?> task)
        {
            foreach (var file in files)
            {
                try
                {
                    await using var stream = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
                    var progress = task(file);
                    if (progress is not null)
                        progress.IsIndeterminate = !stream.CanSeek;
                    await using var watched = progress is null ? stream : new ProgressStream(stream, progress);
                    await using var unpacked = IsPacked(stream)
                        ? new GZipStream(watched, CompressionMode.Decompress)
                        : watched;
                    await replay.ReplayFile(file, unpacked, cancellationToken);
                    progress?.Value = progress.MaxValue;
                }
                catch (Exception e)
                    when (e is UnauthorizedAccessException or IOException or ArgumentException
                        or NotSupportedException or InvalidDataException)
                {
                    Say($"{file} cannot be read: {e.Message}");
                    code = ExitCodes.Error;
                }
            }
        }

        void Say(string text)
        {
            // A pipe gets the line as it is, however long.
            if (console.Profile.Out.IsTerminal)
                console.Write(new Text(TerminalText.Sanitize(text.ReplaceLineEndings(" ")) + "\n"));
            else
                error.WriteLine(TerminalText.Sanitize(text.ReplaceLineEndings(" ")));
        }
    }

    /// <summary>Whether a file is one of gzip, by what it begins with.</summary>
    static bool IsPacked(Stream stream)
    {
        if (!stream.CanSeek)
            return false;
        var isPacked = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = 0;
        return isPacked;
    }

    static Progress Bar(IAnsiConsole console) => console.Progress()
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());
}
