using System.Globalization;
using System.Text.Json;
using RunLedger.Service.Charts;

namespace RunLedger.Service.Query;

/// <summary>
/// An answer as a chart: numbers over time where its first column is one, the first number by name where that is text.
/// </summary>
/// <param name="By">The first column.</param>
/// <param name="Series">Over time; empty where it is by name.</param>
/// <param name="Bars">By name.</param>
/// <param name="Of">The column of the bars.</param>
/// <param name="LeftOut">How many rows are not drawn.</param>
sealed record AnswerDrawing(
    string By, IReadOnlyList<LineSeries> Series, IReadOnlyList<NamedBar> Bars, string Of, int LeftOut)
{
    const int MostPoints = 500, MostBars = 40;

    /// <summary>Null where the answer is not of such a kind.</summary>
    public static AnswerDrawing? Read(QueryAnswer answer)
    {
        var numbers = Enumerable.Range(1, Math.Max(0, answer.Columns.Count - 1)).Where(at => IsNumber(answer, at))
            .ToList();
        if (numbers.Count == 0)
            return null;
        return IsTime(answer.Columns[0].Type) ? OverTime(answer, numbers)
            : answer.Rows.All(row => row[0].ValueKind is JsonValueKind.String or JsonValueKind.Null
                or JsonValueKind.True or JsonValueKind.False)
                ? ByName(answer, numbers[0])
                : null;
    }

    /// <summary>Whether a type is of moments or days.</summary>
    public static bool IsTime(string type) =>
        type.StartsWith("Timestamp", StringComparison.Ordinal) || type == "Date";

    /// <summary>Whether a column has numbers, and nothing else but nulls.</summary>
    public static bool IsNumber(QueryAnswer answer, int column) =>
        answer.Rows.Any(row => row[column].ValueKind == JsonValueKind.Number)
        && answer.Rows.All(row => row[column].ValueKind is JsonValueKind.Number or JsonValueKind.Null);

    static AnswerDrawing? OverTime(QueryAnswer answer, List<int> numbers)
    {
        var rows = answer.Rows.Select(row => (At: Time(row[0]), Row: row)).Where(row => row.At is not null)
            .OrderBy(row => row.At).ToList();
        var series = numbers.Take(LineChart.Kinds)
            .Select(at => new LineSeries(
                answer.Columns[at].Name,
                [
                    .. rows.Take(MostPoints).Where(row => row.Row[at].ValueKind == JsonValueKind.Number)
                        .Select(row => (row.At!.Value, row.Row[at].GetDouble())),
                ]))
            .Where(one => one.Points.Count > 0)
            .ToList();
        return series.Count == 0
            ? null
            : new(answer.Columns[0].Name, series, [], "", answer.Rows.Count - Math.Min(rows.Count, MostPoints));
    }

    static AnswerDrawing? ByName(QueryAnswer answer, int number)
    {
        var rows = answer.Rows.Where(row => row[number].ValueKind == JsonValueKind.Number).ToList();
        return rows.Count == 0
            ? null
            : new(
                answer.Columns[0].Name,
                [],
                [.. rows.Take(MostBars).Select(row => new NamedBar(Name(row[0]), row[number].GetDouble()))],
                answer.Columns[number].Name,
                answer.Rows.Count - Math.Min(rows.Count, MostBars));
    }

    static string Name(JsonElement value) => QueryCsv.Cell(value) ?? "(null)";

    static DateTime? Time(JsonElement value) =>
        DateTime.TryParse(
            QueryCsv.Cell(value), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}
