using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Sealing;

/// <summary>
/// Takes up the rows that were there before commits were sealed, a slice at a time. Several replicas may: one works,
/// the others wait for it.
/// </summary>
sealed class SealAdoption(ILedgerTransactions transactions, CommitSealing sealing)
{
    const int SliceSize = 500;

    /// <summary>The stage that takes up slices of files.</summary>
    const int SlicesAt = 5;

    static readonly Stage[] Stages =
    [
        Of(LedgerTable.Runs, LedgerTable.Runs.Rows, (leaves, row) => leaves.Run(null, row, LeafWay.TakenUp)),
        Of(LedgerTable.Components, LedgerTable.Components.Rows,
            (leaves, row) => leaves.Component(null, row, LeafWay.TakenUp)),
        Of(LedgerTable.Runs, LedgerTable.Runs.Archive, (leaves, row) => leaves.Run(null, row, LeafWay.TakenUp)),
        Of(LedgerTable.Components, LedgerTable.Components.Archive,
            (leaves, row) => leaves.Component(null, row, LeafWay.TakenUp)),
        new(
            "rejected_observation", "rejected_id", SealedRejected.Columns,
            (leaves, stored) =>
            {
                var row = SealedRejected.Read(stored);
                leaves.Rejected(null, row, LeafWay.TakenUp);
                return row.RejectedId;
            }),
        // Of a slice that was written before, no commit says what its manifest was.
        new(
            "archive_slice", "slice_id", "slice_id",
            (leaves, stored) =>
            {
                leaves.Slice(stored.GetGuid(0), new byte[RowDigest.Size], LeafWay.TakenUp);
                return stored.GetGuid(0);
            }),
        new(
            "(select s.slice_id, s.manifest from sealed_slice s join archive_slice a on a.slice_id = s.slice_id) s",
            "slice_id", "slice_id, manifest",
            (leaves, stored) =>
            {
                leaves.Slice(stored.GetGuid(0), stored.BytesAt(1), LeafWay.TakenUp);
                return stored.GetGuid(0);
            }),
    ];

    /// <returns>Whether there is more to do.</returns>
    public async Task<bool> Once(CancellationToken cancellationToken)
    {
        SealedCommit? commit = null;
        var more = await transactions.InOne(
            async sql =>
            {
                var leaves = new LeafList();
                var state = await sql.List(
                    $"select state, stage, after_id, epoch from sealing_state {sql.ForUpdate}",
                    row => (State: row.GetString(0), Stage: row.GetInt32(1), After: row.IdAt(2), Epoch: row.IdAt(3)),
                    cancellationToken);
                if (state is not [{ State: "adopting" } at])
                    return false;
                Guid? last = null;
                // What was replaced while nothing was sealed does not count any more.
                if (at.Stage == SlicesAt)
                {
                    await sql.Run(
                        "delete from sealed_slice where slice_id not in (select slice_id from archive_slice)",
                        cancellationToken);
                }

                if (at.Stage < Stages.Length)
                    last = await Slice(sql, Stages[at.Stage], at.After ?? Guid.Empty, leaves, cancellationToken);
                else
                    leaves.Statement(LeafKind.Adopted, at.Epoch!.Value);
                commit = await sql.Seal(sealing.Seals!, leaves, cancellationToken);
                await sql.Run(
                    "update sealing_state set stage = @stage, after_id = @after, state = @state",
                    cancellationToken,
                    ("stage", last is null ? at.Stage + 1 : at.Stage), ("after", (object?)last),
                    ("state", at.Stage < Stages.Length ? "adopting" : "on"));
                return at.Stage < Stages.Length;
            },
            cancellationToken);
        if (commit is not null)
            sealing.Seals!.Committed(commit);
        return more;
    }

    /// <summary>Commits are not sealed any more, by a process that does not seal.</summary>
    public Task SwitchOff(DateTime now, CancellationToken cancellationToken) => transactions.InOne(
        sql => sql.Run(
            "update sealing_state set state = 'off', changed_at = @now where state <> 'off'", cancellationToken,
            ("now", now)),
        cancellationToken);

    static async Task<Guid?> Slice(
        LedgerSql sql, Stage stage, Guid after, LeafList leaves, CancellationToken cancellationToken)
    {
        var ids = await sql.List(
            $"""
             select {stage.Columns} from {stage.Table} where {stage.Id} > @after order by {stage.Id} limit {SliceSize}
             {sql.ForUpdate}
             """,
            row => stage.Add(leaves, row),
            cancellationToken,
            ("after", after));
        return ids.Count < SliceSize ? null : ids[^1];
    }

    static Stage Of<TRow>(LedgerTable<TRow> table, string from, Action<LeafList, TRow> add)
        where TRow : LedgerRow, new() =>
        new(
            from, table.Id, table.Names,
            (leaves, stored) =>
            {
                var row = table.Read(stored);
                add(leaves, row);
                return row.Id;
            });

    sealed record Stage(string Table, string Id, string Columns, Func<LeafList, StoredRow, Guid> Add);
}
