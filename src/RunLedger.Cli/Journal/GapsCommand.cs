using System.CommandLine;
using System.Text.Json;
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
        var json = JournalCommand.Json();
        var command = new Command(
            "gaps", "Name what the log does not have: offsets, and runs that nothing in it names")
        {
            json,
        };
        command.SetHandler((parsed, cancellationToken) => JournalSession.Run(parsed, options, time, async session =>
        {
            if (await session.Reader.Ends(cancellationToken) is not { } ends)
            {
                await session.Output.WriteLineAsync(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(new { stream = session.Reader.Stream, messages = 0 }, Json.Indented)
                    : $"{session.Reader.Stream} is empty: it knows of nothing.");
                return ExitCodes.Failure;
            }

            var began = await session.Began(ends, cancellationToken);
            var covers = JournalProgress.Covers(ends.First, began);
            var gaps = new JournalGaps(session.ConnectionString, session.Reader, session.Reading);
            var spans = await gaps.Find(ends, cancellationToken);
            var since = spans.FindAll(span => span.To >= covers);
            await session.Output.WriteLineAsync(parsed.GetValue(json)
                ? AsJson(session.Reader.Stream, gaps, ends, began, spans, covers)
                : AsText(session.Reader.Stream, gaps, ends, began, spans, covers));
            return gaps.Missing == 0 && since.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
        }));
        return command;
    }

    static string AsText(
        string stream, JournalGaps gaps, JournalEnds ends, DateTime began,
        List<(DateTime From, DateTime To, long Runs)> spans, DateTime covers)
    {
        List<string> lines =
        [
            $"{stream} has {JournalSession.Number(gaps.Messages)} messages, offsets "
                + $"{ends.First} to {ends.Last}, the first of {Time(began)}."
                + (ends.First > 0
                    ? $" Retention has taken offsets 0 to {ends.First - 1}, which were published before that."
                    : "")
                + (gaps.Notes > 0
                    ? $" {JournalSession.Number(gaps.Notes)} single offsets are the broker's own notes, one a segment."
                    : ""),
            .. gaps.Holes.Take(MostNamed).Select(hole => $"missing: offsets {hole.From} to {hole.To}"),
            .. spans.Take(MostNamed).Select(span =>
                $"unnamed: {JournalSession.Number(span.Runs)} runs that the ledger has from {Time(span.From)} to "
                + Time(span.To) + (span.To < covers ? ", before the log begins" : "")),
        ];
        var since = spans.FindAll(span => span.To >= covers);
        lines.Add(gaps.Missing == 0 && since.Count == 0
            ? "Since it begins it has no holes."
            : $"{JournalSession.Number(gaps.Missing)} offsets are missing; "
                + $"{JournalSession.Number(since.Sum(span => span.Runs))} runs since it begins are named by no "
                + "message.");
        return string.Join(Environment.NewLine, lines);
    }

    static string AsJson(
        string stream, JournalGaps gaps, JournalEnds ends, DateTime began,
        List<(DateTime From, DateTime To, long Runs)> spans, DateTime covers) => JsonSerializer.Serialize(
        new
        {
            stream,
            first = ends.First,
            last = ends.Last,
            beginsAt = Utc(began),
            messages = gaps.Messages,
            brokerNotes = gaps.Notes,
            missingOffsets = gaps.Missing,
            holes = gaps.Holes.Select(hole => new { from = hole.From, to = hole.To }),
            unnamed = spans.Select(span => new
            {
                from = Utc(span.From),
                to = Utc(span.To),
                runs = span.Runs,
                beforeLog = span.To < covers,
            }),
        },
        Json.Indented);

    static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    static string Time(DateTime time) => ConsoleOutput.FormatTime(Utc(time));
}
