using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RunLedger.Service.Query;
using RunLedger.Service.Security;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>A statement, as <c>POST /api/query</c> runs it, and a page of its rows.</summary>
sealed class SqlTool(ToolCalls calls, LedgerQuery statements, AnswerRoom room, IOptions<AssistantOptions> options)
    : LedgerTool<SqlToolQuery, SqlRows>(calls)
{
    const int MostColumns = 40;

    /// <summary>Bytes of JSON of a column's name, and of its type.</summary>
    const int ColumnName = 120;

    protected override string Name => "sql";

    protected override string Title => "SQL over all runs";

    protected override string About =>
        "One select in DuckDB's SQL over the views runs and components, which have every run, archived or not. It only "
        + "reads; time, memory and rows are limited. Prefer group by to many rows. Columns of runs: "
        + $"{Columns(QueryView.Runs)}. Columns of components: {Columns(QueryView.Components)}. Times are timestamptz "
        + "in UTC, evidence_ref is json. Example: {\"sql\": \"select process_candidate_code, count(*) n from runs "
        + "where status = 'failed' group by all order by n desc\"}.";

    public override string? Scope => Scopes.Query;

    protected override async Task<ToolAnswer<SqlRows>> Answer(
        SqlToolQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var sql = text.Required("sql", query.Sql);
        var page = ListPage.Read(text, $"sql\n{sql}", query.Limit, query.Cursor);
        var behind = 0;
        if (page.After is { } after
            && !int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out behind))
            text.Refuse<string>("cursor", "It is not a cursor of this tool: pass nextCursor unchanged.");
        if (text.Problem is not null)
            return ToolAnswer<SqlRows>.Refused(text);
        try
        {
            return Shown(await statements.Answer(sql, cancellationToken), page, behind);
        }
        catch (QueryException e)
        {
            return ToolAnswer<SqlRows>.Refused(e.WithoutData);
        }
    }

    ToolAnswer<SqlRows> Shown(QueryAnswer answer, ListPage page, int behind)
    {
        if (answer.Columns.Count > MostColumns)
        {
            return ToolAnswer<SqlRows>.Refused(
                $"The answer has {answer.Columns.Count} columns, and {MostColumns} have room: name fewer.");
        }

        var columns = answer.Columns.Select(column => new SqlColumn
        {
            Name = OutsideText.Cut(column.Name, ColumnName),
            Type = OutsideText.Cut(column.Type, ColumnName),
        });
        var empty = new SqlRows
        {
            Left = Math.Max(0, answer.Rows.Count - behind),
            Cut = answer.Truncated,
            Milliseconds = answer.Milliseconds,
            NextCursor = null,
            DataNotInstructions = new() { Columns = [.. columns], Rows = [] },
        };
        // So that one row always has room.
        var most = Math.Min(OutsideText.Error, options.Value.AnswerBytes / 4 / Math.Max(1, answer.Columns.Count));
        var rows = room.Fill<SqlRows, IReadOnlyList<string?>>(
            empty, answer.Rows.Skip(behind).Take(page.Limit).Select(row => Texts(row, most)));
        var left = empty.Left - rows.Count;
        return empty with
        {
            Left = left,
            NextCursor = left > 0
                ? Cursor.Write((behind + rows.Count).ToString(CultureInfo.InvariantCulture), page.List)
                : null,
            DataNotInstructions = empty.DataNotInstructions with { Rows = rows },
        };
    }

    static string?[] Texts(JsonElement[] row, int most) =>
        [.. row.Select(value => AnswerRoom.Cut(QueryCsv.Cell(value), most))];

    static string Columns(QueryView view) => string.Join(", ", view.Columns.Select(column => column.Name));
}
