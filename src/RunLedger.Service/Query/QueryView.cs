using RunLedger.Storage.Rows;

namespace RunLedger.Service.Query;

/// <summary>What a statement may select from: the rows of one of the two tables, wherever they are.</summary>
sealed record QueryView(string Name, string Table, string Archive, IReadOnlyList<QueryColumn> Columns)
{
    /// <summary>By which a row is known to be of a run; it is read whatever the statement names.</summary>
    public const string RunId = "process_run_id";

    public static readonly QueryView Runs = Of("runs", LedgerTable.Runs);
    public static readonly QueryView Components = Of("components", LedgerTable.Components);
    public static readonly QueryView[] All = [Runs, Components];

    public static QueryView Named(string name) => Array.Find(All, view => view.Name == name)!;

    // All but the ledger's own working memory, which says nothing to anybody else.
    static QueryView Of<TRow>(string name, LedgerTable<TRow> table)
        where TRow : LedgerRow, new() => new(
        name,
        table.Rows,
        table.Archive,
        [
            .. table.Columns.Where(column => Kind(column) is not null)
                .Select(column => new QueryColumn(column.Name, Kind(column)!.Value)),
        ]);

    static QueryColumnKind? Kind<TRow>(Column<TRow> column) =>
        column.Name == LedgerTable.EvidenceRef ? QueryColumnKind.Json
        : column is Column<TRow, Guid> or Column<TRow, Guid?> ? QueryColumnKind.Id
        : column is Column<TRow, DateTime> or Column<TRow, DateTime?> ? QueryColumnKind.Time
        : column is Column<TRow, byte[]?> ? null
        : QueryColumnKind.Text;
}
