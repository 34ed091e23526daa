namespace RunLedger.Service.Query;

/// <summary>A view over the rows that came and the archive's files: each row once.</summary>
static class QueryViewSql
{
    public static string Of(string view, IReadOnlyList<QueryColumn> columns, QueryFiles files)
    {
        var names = string.Join(", ", columns.Select(column => column.Name));
        var tables = $"select {names} from table_{view}";
        if (files.Slices.Count == 0)
            return tables;
        var paths = files.Slices.Select(slice => view == QueryView.Runs.Name ? slice.Runs : slice.Components);
        // Older files have ids and JSON as text; for newer ones the casts are none.
        var cast = string.Join(", ", columns.Select(column => $"f.{column.Name}::{column.Type} as {column.Name}"));
        return $"""
            {tables} union all
            select {cast} from read_parquet({QueryDatabase.List(paths)}, union_by_name = true, filename = 'file') f
            {Void(view, files)}
            """;
    }

    // A run that came back got its settled time anew, so what was settled before is of an earlier stay in the archive.
    // Components have no such time: theirs count where the file beside has a row of the run that does.
    static string Void(string view, QueryFiles files)
    {
        var conditions = new List<string>();
        if (files.Returned.Count > 0)
        {
            conditions.Add(view == QueryView.Runs.Name
                ? "not exists (select 1 from returned x where x.process_run_id = f.process_run_id::uuid "
                    + "and f.settled_at < x.returned_at)"
                : $"""
                   (not exists (select 1 from returned x where x.process_run_id = f.process_run_id::uuid)
                    or exists (
                      select 1 from read_parquet({QueryDatabase.List(files.Slices.Select(slice => slice.Runs))},
                        union_by_name = true, filename = 'file') r
                        join returned x on x.process_run_id = r.process_run_id::uuid
                      where r.process_run_id::uuid = f.process_run_id::uuid and r.settled_at >= x.returned_at
                        and replace(r.file, '.runs.parquet', '.components.parquet') = f.file))
                   """);
        }

        if (files.TablesWin)
            conditions.Add(
                $"not exists (select 1 from table_{view} t where t.process_run_id = f.process_run_id::uuid)");
        return conditions.Count == 0 ? "" : "where " + string.Join(" and ", conditions);
    }
}
