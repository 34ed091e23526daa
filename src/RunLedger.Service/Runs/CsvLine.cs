using System.Text;

namespace RunLedger.Service.Runs;

/// <summary>
/// A line of CSV by RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it: codes and texts
/// are whatever publishers sent.
/// </summary>
static class CsvLine
{
    public static void Append(StringBuilder line, params ReadOnlySpan<string?> cells)
    {
        for (var at = 0; at < cells.Length; at++)
        {
            if (at > 0)
                line.Append(',');
            Append(line, cells[at] ?? "");
        }

        line.Append("\r\n");
    }

    static void Append(StringBuilder line, string cell)
    {
        if (cell is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..])
            cell = "'" + cell;
        if (cell.AsSpan().IndexOfAny("\",\r\n") < 0)
            line.Append(cell);
        else
            line.Append('"').Append(cell.Replace("\"", "\"\"")).Append('"');
    }
}
