using System.Text.Json;
using RunLedger.Cli.Output;
using RunLedger.Journal;

namespace RunLedger.Cli.Journal;

/// <summary>What a comparison found, as lines and as JSON.</summary>
/// <param name="Progress">What was read of the log.</param>
/// <param name="Found">The rows that are not what it says.</param>
/// <param name="Older">How many more differ that the ledger had before the log begins.</param>
/// <param name="Archived">How many rows of the log the ledger has archived.</param>
/// <param name="Missing">What the log rejects and the ledger has not set aside.</param>
/// <param name="Others">How many the ledger has set aside that the log does not reject.</param>
/// <param name="Runs">How many the ledger has.</param>
/// <param name="Components">How many the ledger has.</param>
sealed record ComparisonReport(
    JournalProgress Progress,
    List<JournalDifference> Found,
    long Older,
    long Archived,
    List<(Guid Id, string Reason)> Missing,
    long Others,
    long Runs,
    long Components)
{
    /// <summary>Messages in the ledger's queue, where something differs.</summary>
    public required long Waiting { get; init; }

    public bool IsSame => Found.Count + Missing.Count == 0;

    public async Task Write(TextWriter output)
    {
        foreach (var one in Found)
            await output.WriteLineAsync(DifferenceText.Of(one));
        foreach (var (id, reason) in Missing)
        {
            await output.WriteLineAsync(
                $"rejected_observation {id}: only in the log: "
                + TerminalText.Sanitize(reason.ReplaceLineEndings(" ")));
        }

        if (Waiting > 0)
        {
            await output.WriteLineAsync(
                $"{Number(Waiting)} messages wait in the ledger's queue: what they say is not in its tables yet.");
        }

        await output.WriteLineAsync(
            $"{Number(Runs)} runs and {Number(Components)} components of the ledger: "
            + (Found.Count == 0 ? "each is what the log says" : $"{Number(Found.Count)} rows are not what the log says")
            + (Older > 0 ? $"; {Number(Older)} more differ and are older than the log, which cannot say" : "")
            + (Archived > 0 ? $"; {Number(Archived)} rows of the log are archived" : "")
            + (Missing.Count > 0 ? $"; {Number(Missing.Count)} rejected by the log only" : "")
            + (Others > 0
                ? $"; {Number(Others)} set aside that the log does not reject (over HTTP, too late and the like)"
                : "")
            + ".");
    }

    public string Json() => JsonSerializer.Serialize(
        new
        {
            stream = Progress.Stream,
            first = Progress.First,
            last = Progress.Last,
            beginsAt = new DateTimeOffset(Progress.FirstAt, TimeSpan.Zero),
            messages = Progress.Messages,
            observations = Progress.Observations,
            definitions = Progress.Definitions,
            rejected = Progress.Rejected,
            missingOffsets = Progress.Missing,
            runs = Runs,
            components = Components,
            differences = Found.Select(one => new
            {
                table = one.Table,
                id = one.Id,
                inLedger = one.InLedger,
                inLog = one.InLog,
                columns = one.Columns.Select(column => new
                {
                    name = column.Name,
                    ledger = column.Ledger,
                    log = column.Log,
                }),
            }),
            rejectedOnlyInLog = Missing.Select(one => new { id = one.Id, reason = one.Reason }),
            olderThanLog = Older,
            archived = Archived,
            setAsideOtherwise = Others,
            waiting = Waiting,
        },
        Output.Json.Indented);

    static string Number(long number) => JournalSession.Number(number);
}
