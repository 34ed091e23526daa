using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>Seals what a transaction on the embedded file wrote, as the last thing it does.</summary>
static class SealSql
{
    /// <returns>Tell <see cref="CommitSeals.Committed"/> once it is committed; null where there is nothing.</returns>
    public static SealedCommit? Seal(this SqliteCommands commands, CommitSeals seals, LeafList leaves)
    {
        if (leaves.Count == 0)
            return null;
        commands.Begin(seals, leaves);
        long seq = 0;
        commands.Read("select coalesce(max(seq), 0) + 1 from sealed_commit", row => seq = row.GetInt64(0));
        var commit = seals.Seal(seq, leaves);
        commands.Run(
            """
            insert into sealed_commit (seq, lane, number, previous, at, leaf_count, root, hash, leaves)
            values ($seq, $lane, $number, $previous, $at, $count, $root, $hash, $leaves)
            """,
            ("$seq", seq), ("$lane", commit.Lane.ToString()), ("$number", commit.Number),
            ("$previous", commit.Previous), ("$at", LedgerTime.Text(commit.At)), ("$count", commit.Count),
            ("$root", commit.Root), ("$hash", commit.Hash), ("$leaves", commit.Leaves));
        return commit;
    }

    static void Begin(this SqliteCommands commands, CommitSeals seals, LeafList leaves)
    {
        if (seals.Begun)
            return;
        string? state = null;
        commands.Read(CommitSeals.StateSql, row => state = row.GetString(0));
        if (state is not (null or "off"))
            return;
        var epoch = Guid.CreateVersion7();
        leaves.BeginEpoch(epoch);
        commands.Run(
            CommitSeals.BeginSql,
            ("@ledger", Guid.CreateVersion7().ToString()), ("@epoch", epoch.ToString()),
            ("@at", LedgerTime.Text(seals.Now)));
    }

    public static Dictionary<string, string> Definitions(this SqliteCommands commands)
    {
        var definitions = new Dictionary<string, string>();
        commands.Read(
            "select process_candidate_code, process_definition_code from process_definition",
            row => definitions[row.GetString(0)] = row.GetString(1));
        return definitions;
    }

    /// <summary>Rows of a table, by the ids in a column of it.</summary>
    public static List<TRow> Rows<TRow>(
        this SqliteCommands commands, LedgerTable<TRow> table, string from, string column, IEnumerable<Guid> ids)
        where TRow : LedgerRow, new()
    {
        var rows = new List<TRow>();
        commands.Read(
            $"select {table.Names} from {from} where {column} in (select value from json_each($ids)) "
            + $"order by {table.Id}",
            row => rows.Add(table.Read(row)),
            ("$ids", JsonSerializer.Serialize(ids)));
        return rows;
    }

    /// <summary>Sets aside what was rejected; the same rubbish twice is one row.</summary>
    public static void Reject(this SqliteCommands commands, LeafList? leaves, List<RejectedRow> rejected)
    {
        var before = leaves is null ? [] : Stored(commands, rejected);
        commands.Reject(rejected);
        foreach (var (id, row) in leaves is null ? [] : Stored(commands, rejected))
        {
            if (!before.TryGetValue(id, out var was))
                leaves!.Rejected(null, row);
            else if ((was.Reason, was.RejectedAt) != (row.Reason, row.RejectedAt))
                leaves!.Rejected(was, row);
        }
    }

    public static void Slice(this SqliteCommands commands, LeafList leaves, ArchiveSlice slice)
    {
        var manifest = Convert.FromHexString(slice.Manifest!);
        leaves.Slice(slice.Id, manifest);
        commands.Run(
            "insert into sealed_slice (slice_id, month, manifest) values ($id, $month, $manifest)",
            ("$id", slice.Id.ToString()), ("$month", slice.Month), ("$manifest", manifest));
    }

    static Dictionary<Guid, RejectedRow> Stored(SqliteCommands commands, List<RejectedRow> rejected)
    {
        var stored = new Dictionary<Guid, RejectedRow>();
        commands.Read(
            $"select {SealedRejected.Columns} from rejected_observation "
            + "where rejected_id in (select value from json_each($ids))",
            row => stored[row.GetGuid(0)] = SealedRejected.Read(row),
            ("$ids", JsonSerializer.Serialize(rejected.Select(row => row.RejectedId).Distinct())));
        return stored;
    }
}
