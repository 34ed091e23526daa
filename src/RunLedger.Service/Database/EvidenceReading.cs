using RunLedger.Storage.Rows;

namespace RunLedger.Service.Database;

/// <summary>
/// Evidence is read apart from the rows of a list, by their keys: so that of rows that are sorted and dropped none is
/// unpacked, and what is too large for a list never leaves the database.
/// </summary>
static class EvidenceReading
{
    /// <summary>The rows with their evidence, where that has at most so many bytes.</summary>
    public static Task<Page<Listed<RunRow>>> WithEvidence(
        this LedgerDb db, Page<RunRow> page, int most, CancellationToken cancellationToken) =>
        db.WithEvidence(page, "process_run_observation", "process_run_id", most, cancellationToken);

    /// <summary>The same where some of the runs may be in the archive.</summary>
    public static async Task<Page<Listed<RunRow>>> WithArchivedEvidence(
        this LedgerDb db, Page<RunRow> page, int most, CancellationToken cancellationToken)
    {
        var archived = await db.ArchivedOf(page.Items.Select(run => run.ProcessRunId), cancellationToken);
        var kept = page with { Items = [.. page.Items.Where(run => archived.ContainsKey(run.ProcessRunId))] };
        var read = (await db.WithEvidence(kept, "process_run_archive", "process_run_id", most, cancellationToken)).Items
            .ToDictionary(run => run.Row.ProcessRunId);
        return (await db.WithEvidence(page, most, cancellationToken)).Select(run =>
            read.TryGetValue(run.Row.ProcessRunId, out var one)
                ? one with { ArchivedAt = archived[run.Row.ProcessRunId] }
                : run);
    }

    /// <inheritdoc cref="WithEvidence(LedgerDb, Page{RunRow}, int, CancellationToken)"/>
    public static Task<Page<Listed<ComponentRow>>> WithEvidence(
        this LedgerDb db, Page<ComponentRow> page, bool archived, int most, CancellationToken cancellationToken) =>
        db.WithEvidence(
            page,
            archived ? "process_component_archive" : "process_component_observation",
            "component_run_id",
            most,
            cancellationToken);

    static async Task<Page<Listed<TRow>>> WithEvidence<TRow>(
        this LedgerDb db, Page<TRow> page, string table, string key, int most, CancellationToken cancellationToken)
        where TRow : LedgerRow
    {
        if (page.Items.Count == 0)
            return page.Select(row => new Listed<TRow>(row, false));
        var sql = await db.Sql(cancellationToken);
        var read = await sql.List(
            $"""
             select {key}, case when evidence_ref is null then 0 else 1 end, {sql.TextWithin("evidence_ref", "@most")}
             from {table} where {sql.IsOneOf(key, "@ids")}
             """,
            reader => (Id: reader.GetGuid(0), HasSome: reader.GetInt32(1) == 1, Text: reader.TextAt(2)),
            cancellationToken,
            ("most", most), ("ids", page.Items.Select(row => row.Id).ToArray()));
        var evidence = read.ToDictionary(one => one.Id);
        // A row that has left for the archive meanwhile still answers for itself.
        return page.Select(row => evidence.TryGetValue(row.Id, out var one)
            ? new Listed<TRow>((TRow)((LedgerRow)row with { EvidenceRef = one.Text }), one.HasSome && one.Text is null)
            : new(row, true));
    }
}
