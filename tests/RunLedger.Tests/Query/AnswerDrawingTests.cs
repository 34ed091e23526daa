using System.Text.Json;
using RunLedger.Service.Query;

namespace RunLedger.Tests.Query;

/// <summary>Which answers are drawn, and how.</summary>
public sealed class AnswerDrawingTests
{
    [Fact]
    public void Numbers_by_a_time_are_lines_in_the_order_of_time()
    {
        var drawing = Read(
            [("d", "TimestampTz"), ("n", "BigInt"), ("who", "Varchar"), ("m", "Double")],
            """[["2026-01-02T00:00:00Z", 2, "a", null], ["2026-01-01T00:00:00Z", 1, "b", 0.5], [null, 3, "c", 1]]""");

        Assert.Equal(["n", "m"], drawing!.Series.Select(one => one.Name));
        Assert.Equal([1d, 2], drawing.Series[0].Points.Select(point => point.Value));
        Assert.Equal([0.5], drawing.Series[1].Points.Select(point => point.Value));
        Assert.Equal(1, drawing.LeftOut);
    }

    [Fact]
    public void A_number_by_a_text_is_bars_in_the_order_of_the_answer()
    {
        var drawing = Read(
            [("status", "Varchar"), ("runs", "BigInt")], """[["failed", 3], [null, -1], ["stuck", null]]""");

        Assert.Empty(drawing!.Series);
        Assert.Equal([("failed", 3d), ("(null)", -1)], drawing.Bars.Select(bar => (bar.Name, bar.Value)));
        Assert.Equal(("status", "runs", 1), (drawing.By, drawing.Of, drawing.LeftOut));
    }

    [Theory]
    [InlineData("""[[1, 2]]""", "Integer", "Integer")]
    [InlineData("""[["a", "b"]]""", "Varchar", "Varchar")]
    [InlineData("""[["a", null]]""", "Varchar", "Integer")]
    [InlineData("""[]""", "Varchar", "Integer")]
    [InlineData("""[["infinity", 1]]""", "TimestampTz", "Integer")]
    public void What_is_neither_is_not_drawn(string rows, string first, string second) =>
        Assert.Null(Read([("a", first), ("b", second)], rows));

    static AnswerDrawing? Read((string Name, string Type)[] columns, string rows) => AnswerDrawing.Read(new()
    {
        Columns = [.. columns.Select(column => new QueryAnswerColumn(column.Name, column.Type))],
        Rows = JsonSerializer.Deserialize<JsonElement[][]>(rows)!,
    });
}
