using RunLedger.Storage;

namespace RunLedger.Sealing;

/// <summary>Seals what is written with the statements of a transaction of any ledger.</summary>
static class LedgerSeal
{
    /// <summary>As the last thing of it; tell <see cref="CommitSeals.Committed"/> once it is committed.</summary>
    /// <returns>Null where there is nothing to seal, or no commit is sealed yet: all is taken up later.</returns>
    public static async Task<SealedCommit?> Seal(
        this LedgerSql sql, CommitSeals seals, LeafList leaves, CancellationToken cancellationToken)
    {
        if (leaves.Count == 0 || (!seals.Begun
            && await sql.List(CommitSeals.StateSql, row => row.GetString(0), cancellationToken) is [] or ["off"]))
            return null;
        var seq = await sql.List(sql.NextSeal, row => row.GetInt64(0), cancellationToken);
        var commit = seals.Seal(seq[0], leaves);
        await sql.Run(
            """
            insert into sealed_commit (seq, lane, number, previous, at, leaf_count, root, hash, leaves)
            values (@seq, @lane, @number, @previous, @at, @count, @root, @hash, @leaves)
            """,
            cancellationToken,
            ("seq", commit.Seq), ("lane", commit.Lane), ("number", commit.Number), ("previous", commit.Previous),
            ("at", commit.At), ("count", commit.Count), ("root", commit.Root), ("hash", commit.Hash),
            ("leaves", commit.Leaves));
        return commit;
    }
}
