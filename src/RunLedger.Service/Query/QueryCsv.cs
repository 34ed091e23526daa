using System.Text;
using System.Text.Json;
using RunLedger.Service.Runs;

namespace RunLedger.Service.Query;

/// <summary>An answer as CSV, and a value of it as text.</summary>
static class QueryCsv
{
    public static string Text(QueryAnswer answer)
    {
        var text = new StringBuilder();
        CsvLine.Append(text, [.. answer.Columns.Select(column => column.Name)]);
        foreach (var row in answer.Rows)
            CsvLine.Append(text, [.. row.Select(Cell)]);
        return text.ToString();
    }

    public static string? Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
