using RunLedger.Storage;

namespace RunLedger.Sealing;

/// <summary>Makes checkpoints of the commits since the last one.</summary>
/// <param name="transactions">The ledger's database.</param>
/// <param name="sign">Signs a document: the SHA-256 of its canonical spelling, and what is kept and handed out.</param>
/// <param name="time">The ledger's clock.</param>
sealed class Checkpoints(
    ILedgerTransactions transactions,
    Func<SealedCheckpoint, (byte[] Hash, string Document)> sign,
    TimeProvider time)
{
    /// <summary>How many commits one checkpoint adds at most: as many as one statement takes in good time.</summary>
    public const int MostCommits = 20_000;

    /// <summary>Those made after a number, in order.</summary>
    public Task<List<(long Number, string Document)>> After(long number, CancellationToken cancellationToken) =>
        transactions.InOne(
            sql => sql.List(
                "select number, document from ledger_checkpoint where number > @number order by number limit 1000",
                row => (row.GetInt64(0), row.GetString(1)),
                cancellationToken,
                ("number", number)),
            cancellationToken);

    /// <returns>The checkpoint; null where nothing was committed since the last one.</returns>
    public Task<MadeCheckpoint?> Once(CancellationToken cancellationToken) => transactions.InOne(
        async sql =>
        {
            // One at a time, however many replicas there are.
            var ledger = await sql.List(
                $"select ledger from sealing_state {sql.ForUpdate}", row => row.GetGuid(0), cancellationToken);
            if (ledger.Count == 0)
                return null;
            var last = await sql.List(
                "select number, size, frontier, hash from ledger_checkpoint order by number desc limit 1",
                row => (Number: row.GetInt64(0), Size: row.GetInt64(1), Frontier: row.BytesAt(2)!,
                    Hash: row.BytesAt(3)!),
                cancellationToken);
            var (number, size, peaks, previous) = last is [var one] ? one : (0, 0, [], null!);
            var frontier = MerkleFrontier.From(size, peaks);
            // One statement: what is committed meanwhile is not half in it.
            var placed = await sql.List(
                """
                update sealed_commit set position = @size + o.n - 1
                from (
                  select seq, row_number() over (order by seq) as n from sealed_commit where position is null
                  order by seq limit @most) o
                where sealed_commit.seq = o.seq
                returning position, hash
                """,
                row => (Position: row.GetInt64(0), Hash: row.BytesAt(1)!),
                cancellationToken,
                ("size", size), ("most", MostCommits));
            if (placed.Count == 0)
                return null;
            foreach (var (_, hash) in placed.OrderBy(commit => commit.Position))
                frontier.Add(hash);
            var root = frontier.Root();
            var slices = await SealedSlices.Read(sql, cancellationToken);
            var checkpoint = new SealedCheckpoint
            {
                Ledger = ledger[0],
                Number = number + 1,
                Archive = SealedSlices.RootOf(slices),
                At = Folding.LedgerTime.Time(Folding.LedgerTime.Of(time.GetUtcNow())),
                Size = frontier.Size,
                Root = Convert.ToHexStringLower(root),
                Previous = previous is null ? null : Convert.ToHexStringLower(previous),
            };
            var (own, document) = sign(checkpoint);
            await sql.Run(
                """
                insert into ledger_checkpoint (number, at, size, root, frontier, hash, document)
                values (@number, @at, @size, @root, @frontier, @hash, @document)
                """,
                cancellationToken,
                ("number", checkpoint.Number), ("at", checkpoint.At), ("size", checkpoint.Size), ("root", root),
                ("frontier", frontier.Peaks), ("hash", own), ("document", document));
            return new MadeCheckpoint(checkpoint, document, slices);
        },
        cancellationToken);
}
