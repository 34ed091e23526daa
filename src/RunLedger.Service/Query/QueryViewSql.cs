namespace RunLedger.Service.Query;

/// <summary>A view over the rows that came and the archive's files: each row once.</summary>
/// <param name="files">The files.</param>
/// <param name="texts">
/// Those in which ids and JSON are text. What wrote them (Parquet.Net 6.1.0) gave times statistics in another unit
/// than the times, by which a reader skips what it should not.
/// </param>
sealed class QueryViewSql(QueryFiles files, IReadOnlySet<string> texts)
{
    const string SettledAt = "settled_at";

    public string Of(string view, IReadOnlyList<QueryColumn> columns)
    {
        var names = string.Join(", ", columns.Select(column => column.Name));
        var tables = $"select {names} from table_{view}";
        return files.Slices.Count == 0
            ? tables
            : $"{tables} union all select {names} from ({Rows(view, columns)}) f {Void(view)}";
    }

    string Rows(string view, IEnumerable<QueryColumn> columns)
    {
        var paths = files.Slices.Select(slice => view == QueryView.Runs.Name ? slice.Runs : slice.Components);
        // What decides whether a row counts is read with it.
        if (view == QueryView.Runs.Name)
        {
            columns = columns.UnionBy(
                QueryView.Runs.Columns.Where(column => column.Name == SettledAt), column => column.Name);
        }

        return string.Join(" union all ", paths.GroupBy(texts.Contains).Select(group =>
            $"""
             select file, {string.Join(", ", columns.Select(column => Cast(column, group.Key)))}
             from read_parquet({QueryDatabase.List(group)}, union_by_name = true, filename = 'file')
             """));
    }

    // By way of a text nothing is compared with statistics.
    static string Cast(QueryColumn column, bool text) =>
        text && column.Kind == QueryColumnKind.Time ? $"({column.Name}::varchar)::timestamptz as {column.Name}"
        : $"{column.Name}::{column.Type} as {column.Name}";

    // A run that came back got its settled time anew, so what was settled before is of an earlier stay in the archive.
    // Components have no such time: theirs count where the file beside has a row of the run that does.
    string Void(string view)
    {
        var conditions = new List<string>();
        if (files.Returned)
        {
            conditions.Add(view == QueryView.Runs.Name
                ? "not exists (select 1 from returned x where x.process_run_id = f.process_run_id "
                    + "and f.settled_at < x.returned_at)"
                : $"""
                   (not exists (select 1 from returned x where x.process_run_id = f.process_run_id)
                    or exists (
                      select 1 from ({Rows(QueryView.Runs.Name, [new(QueryView.RunId, QueryColumnKind.Id)])}) r
                        join returned x on x.process_run_id = r.process_run_id
                      where r.process_run_id = f.process_run_id and r.settled_at >= x.returned_at
                        and replace(r.file, '.runs.parquet', '.components.parquet') = f.file))
                   """);
        }

        if (files.TablesWin)
            conditions.Add($"not exists (select 1 from table_{view} t where t.process_run_id = f.process_run_id)");
        return conditions.Count == 0 ? "" : "where " + string.Join(" and ", conditions);
    }
}
