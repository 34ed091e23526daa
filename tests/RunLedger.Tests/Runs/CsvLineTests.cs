using System.Text;
using RunLedger.Service.Runs;

namespace RunLedger.Tests.Runs;

/// <summary>No text of a publisher is a formula in the spreadsheet that opens the export.</summary>
public sealed class CsvLineTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\uFF1D1+1", "'\uFF1D1+1")]
    [InlineData("\uFF0B1", "'\uFF0B1")]
    [InlineData("\uFF0D1", "'\uFF0D1")]
    [InlineData("\uFF20SUM(A1)", "'\uFF20SUM(A1)")]
    [InlineData("\t=1", "'\t'=1")]
    [InlineData("\r=1", "\"'\r'=1\"")]
    [InlineData("\n=1", "\"'\n'=1\"")]
    public void At_the_start_of_a_cell(string cell, string expected) => Assert.Equal(expected, Line(cell));

    [Theory]
    [InlineData("x;=1+1", "x;'=1+1")]
    [InlineData("x;@SUM(A1);-1;+1", "x;'@SUM(A1);'-1;'+1")]
    [InlineData("x\t=1+1", "x\t'=1+1")]
    [InlineData("x;\uFF1D1", "x;'\uFF1D1")]
    [InlineData("x\t\uFF20SUM(A1)", "x\t'\uFF20SUM(A1)")]
    [InlineData("x\n=1", "\"x\n'=1\"")]
    [InlineData("x\r\n-1", "\"x\r\n'-1\"")]
    [InlineData("x;\"=1\"", "\"x;'\"\"=1\"\"\"")]
    [InlineData(";;=1", ";;'=1")]
    [InlineData("a,b;=1", "\"a,b;'=1\"")]
    public void Where_another_separator_begins_a_cell(string cell, string expected) =>
        Assert.Equal(expected, Line(cell));

    [Theory]
    [InlineData("PROC-CAND:dot:kg")]
    [InlineData("a=b; c")]
    [InlineData("x;y\tz")]
    [InlineData("2026-11-27T09:00:00.000000Z")]
    [InlineData("a;'=1")]
    [InlineData("")]
    public void Anything_else_is_as_it_was(string cell) => Assert.Equal(cell, Line(cell));

    [Fact]
    public void A_line_has_its_cells_and_ends() => Assert.Equal("a,,\"b,c\"\r\n", Text("a", null, "b,c"));

    static string Line(string cell) => Text(cell)[..^2];

    static string Text(params ReadOnlySpan<string?> cells)
    {
        var line = new StringBuilder();
        CsvLine.Append(line, cells);
        return line.ToString();
    }
}
