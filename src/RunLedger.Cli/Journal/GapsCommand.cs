using System.CommandLine;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Output;
using RunLedger.Journal;

namespace RunLedger.Cli.Journal;

/// <summary>
/// <c>journal gaps</c>: where the log itself has holes. Exit codes: 0 none since it begins, 1 some, 2 it could not.
/// </summary>
static class GapsCommand
{
    const int MostNamed = 100;

    public static Command Create(JournalOptions options, TimeProvider time)
    {
        var command = new Command(
            "gaps", "Name what the log does not have: offsets, and runs that nothing in it names");
        command.SetHandler((parsed, cancellationToken) => JournalSession.Run(parsed, options, time, async session =>
        {
            if (await session.Reader.Ends(cancellationToken) is not { } ends)
            {
                await session.Output.WriteLineAsync($"{session.Reader.Stream} is empty: it knows of nothing.");
                return ExitCodes.Failure;
            }

            var began = await session.Began(ends, cancellationToken);
            var covers = JournalProgress.Covers(ends.First, began);
            var gaps = new JournalGaps(session.ConnectionString, session.Reader, session.Reading);
            var spans = await gaps.Find(ends, cancellationToken);
            await session.Output.WriteLineAsync(
                $"{session.Reader.Stream} has {JournalSession.Number(gaps.Messages)} messages, offsets "
                + $"{ends.First} to {ends.Last}, the first of {Time(began)}."
                + (ends.First > 0
                    ? $" Retention has taken offsets 0 to {ends.First - 1}, which were published before that."
                    : "")
                + (gaps.Notes > 0
                    ? $" {JournalSession.Number(gaps.Notes)} single offsets are the broker's own notes, one a segment."
                    : ""));
            foreach (var hole in gaps.Holes.Take(MostNamed))
                await session.Output.WriteLineAsync($"missing: offsets {hole.From} to {hole.To}");
            foreach (var (from, to, runs) in spans.Take(MostNamed))
            {
                await session.Output.WriteLineAsync(
                    $"unnamed: {JournalSession.Number(runs)} runs that the ledger has from {Time(from)} to {Time(to)}"
                    + (to < covers ? ", before the log begins" : ""));
            }

            var since = spans.FindAll(span => span.To >= covers);
            await session.Output.WriteLineAsync(
                gaps.Missing == 0 && since.Count == 0
                    ? "Since it begins it has no holes."
                    : $"{JournalSession.Number(gaps.Missing)} offsets are missing; "
                        + $"{JournalSession.Number(since.Sum(span => span.Runs))} runs since it begins are named by no "
                        + "message.");
            return gaps.Missing == 0 && since.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
        }));
        return command;
    }

    static string Time(DateTime time) => ConsoleOutput.FormatTime(new(time, TimeSpan.Zero));
}
