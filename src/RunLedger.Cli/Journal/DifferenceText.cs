using RunLedger.Cli.Output;
using RunLedger.Journal;

namespace RunLedger.Cli.Journal;

/// <summary>A difference as a line: the row, and of each column both values.</summary>
static class DifferenceText
{
    /// <summary>Evidence may be long: where it differs is shown, not all of it.</summary>
    const int Shown = 120;

    public static string Of(JournalDifference difference) =>
        $"{difference.Table} {difference.Id}: "
        + (!difference.InLog ? "only in the ledger"
            : !difference.InLedger ? "only in the log"
            : string.Join("; ", difference.Columns.Select(Of)));

    static string Of(DifferentColumn column)
    {
        var (ledger, log) = (Text(column.Ledger), Text(column.Log));
        // From a little before where they part.
        var same = ledger.Zip(log).TakeWhile(pair => pair.First == pair.Second).Count();
        var from = Math.Max(0, Math.Max(ledger.Length, log.Length) > Shown ? same - (Shown / 4) : 0);
        return $"{column.Name} {Cut(ledger, from)}, the log says {Cut(log, from)}";
    }

    static string Text(string? value) => value is null ? "null" : TerminalText.Sanitize(value.ReplaceLineEndings(" "));

    static string Cut(string text, int from)
    {
        var rest = from < text.Length ? text[from..] : "";
        return (from > 0 ? "…" : "") + (rest.Length > Shown ? rest[..Shown] + "…" : rest);
    }
}
