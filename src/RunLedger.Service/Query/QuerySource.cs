using Microsoft.EntityFrameworkCore;
using RunLedger.Retention;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Query;

/// <summary>
/// Where the rows of the views are: in the ledger's tables, in those of the archive and in files. All is read at one
/// moment, so that a run that is archived meanwhile is there once.
/// </summary>
sealed class QuerySource(IDbContextFactory<LedgerDb> databases, RunLedgerOptions options)
{
    /// <summary>Gives a process what its statement reads.</summary>
    public async Task Send(QueryNeeds needs, QueryProcess to, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var (sql, moment) = await db.Snapshot(cancellationToken);
        await using (moment)
        {
            var files = await Files(sql, cancellationToken);
            to.Send(files);
            foreach (var (name, wanted) in needs.Columns)
                await Rows(sql, QueryView.Named(name), wanted, files, to.Rows, cancellationToken);
            // One after the other, as the rows of the tables: whole months may have come back.
            if (files.Returned)
            {
                await sql.Each(
                    "select process_run_id, returned_at from archive_returned",
                    row => QueryRows.Write(to.Rows, row, QueryFiles.ReturnColumns), cancellationToken);
                QueryRows.End(to.Rows);
            }
        }

        to.Rows.Flush();
    }

    async Task<QueryFiles> Files(LedgerSql sql, CancellationToken cancellationToken)
    {
        if (options.Archive.Directory is not { } folder)
            return new([], Returned: false, TablesWin: false);
        var slices = await sql.List(
            "select slice_id, month from archive_slice order by slice_id",
            row => new QueryFiles.Slice(
                Path.GetFullPath(Path.Combine(folder, row.GetString(1), SliceManifest.RunsName(row.GetGuid(0)))),
                Path.GetFullPath(Path.Combine(folder, row.GetString(1), SliceManifest.ComponentsName(row.GetGuid(0))))),
            cancellationToken);
        return new(
            slices,
            slices.Count > 0 && await Any("archive_returned"),
            slices.Count > 0 && await Any("archive_unfiled"));

        async Task<bool> Any(string table) =>
            (await sql.List($"select 1 from {table} limit 1", row => true, cancellationToken)).Count > 0;
    }

    static async Task Rows(
        LedgerSql sql, QueryView view, string[] wanted, QueryFiles files, BinaryWriter to,
        CancellationToken cancellationToken)
    {
        var columns = view.Columns.Where(column => wanted.Contains(column.Name)).ToList();
        var names = string.Join(", ", columns.Select(column => column.Name));
        // Of what was archived with files the files are read, which is far quicker.
        const string Unfiled = "archived_at in (select archived_at from archive_unfiled)";
        var archived = files.Slices.Count == 0 ? $" union all select {names} from {view.Archive}"
            : !files.TablesWin ? ""
            : view == QueryView.Runs ? $" union all select {names} from {view.Archive} where {Unfiled}"
            : $" union all select {names} from {view.Archive} where process_run_id in "
                + $"(select process_run_id from {QueryView.Runs.Archive} where {Unfiled})";
        await sql.Each(
            $"select {names} from {view.Table}{archived}", row => QueryRows.Write(to, row, columns), cancellationToken);
        QueryRows.End(to);
    }
}
