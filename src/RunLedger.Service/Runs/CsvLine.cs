using System.Text;
using System.Text.RegularExpressions;

namespace RunLedger.Service.Runs;

/// <summary>
/// A line of CSV by RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it: codes and texts
/// are whatever publishers sent.
/// </summary>
static partial class CsvLine
{
    const string Signs = @"=+\-@\uFF1D\uFF0B\uFF0D\uFF20";

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
        cell = Formula().Replace(cell, "'");
        if (cell.AsSpan().IndexOfAny("\",\r\n") < 0)
            line.Append(cell);
        else
            line.Append('"').Append(cell.Replace("\"", "\"\"")).Append('"');
    }

    // Where a cell may begin: at its start and, as a spreadsheet of many languages separates by semicolons or tabs and
    // then takes the quotes around a cell for text, after one of them or a line break. The signs of full width count as
    // the others do. A tab or a line break at the start is passed over by some.
    [GeneratedRegex($"""^(?=[{Signs}\t\r\n])|(?<=[;\t\r\n])(?="*[{Signs}])""")]
    private static partial Regex Formula();
}
