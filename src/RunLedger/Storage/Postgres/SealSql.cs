using Npgsql;
using NpgsqlTypes;
using RunLedger.Sealing;

namespace RunLedger.Storage.Postgres;

/// <summary>The statements that seal a commit.</summary>
static class SealSql
{
    // Once all that the transaction writes is held: whoever writes any of it later draws a greater one.
    public const string Next = "select nextval('sealed_commit_seq')";

    /// <summary>Few: a candidate that became a definition is a decision.</summary>
    public const string Definitions =
        "select process_candidate_code, process_definition_code from process_definition";

    public static void Insert(NpgsqlBatch batch, SealedCommit commit) => BatchWrite.Run(
        batch,
        """
        insert into sealed_commit (seq, lane, number, previous, at, leaf_count, root, hash, leaves)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        Of(commit.Seq), Of(commit.Lane), Of(commit.Number), Of(commit.Previous),
        new NpgsqlParameter<DateTime> { TypedValue = commit.At, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        Of(commit.Count), Of(commit.Root), Of(commit.Hash), Of(commit.Leaves!));

    /// <summary>
    /// Seals what a transaction wrote, as the last thing it does; tell <see cref="CommitSeals.Committed"/> once it is.
    /// </summary>
    public static async Task<SealedCommit?> Seal(
        this NpgsqlConnection connection, CommitSeals seals, LeafList leaves, CancellationToken cancellationToken)
    {
        if (leaves.Count == 0)
            return null;
        await connection.Begin(seals, leaves, cancellationToken);
        await using var next = new NpgsqlCommand(Next, connection);
        var commit = seals.Seal((long)(await next.ExecuteScalarAsync(cancellationToken))!, leaves);
        await using var batch = connection.CreateBatch();
        Insert(batch, commit);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return commit;
    }

    /// <summary>Begins an epoch where the database knows of none and nobody else just begins one.</summary>
    /// <returns>
    /// Whether it asked: a number that was drawn before may be less than that of the commit that began it.
    /// </returns>
    public static async Task<bool> Begin(
        this NpgsqlConnection connection, CommitSeals seals, LeafList leaves, CancellationToken cancellationToken)
    {
        if (seals.Begun)
            return false;
        await using var state = new NpgsqlCommand(CommitSeals.StateSql, connection);
        if (await state.ExecuteScalarAsync(cancellationToken) is string and not "off")
            return true;
        var epoch = Guid.CreateVersion7();
        await using var begin = new NpgsqlCommand(CommitSeals.BeginSql, connection);
        begin.Parameters.AddWithValue("ledger", Guid.CreateVersion7());
        begin.Parameters.AddWithValue("epoch", epoch);
        begin.Parameters.AddWithValue("at", seals.Now);
        if (await begin.ExecuteNonQueryAsync(cancellationToken) > 0)
            leaves.BeginEpoch(epoch);
        return true;
    }

    /// <summary>A transaction whose leaves are sealed with it.</summary>
    public static async Task<T> InSealed<T>(
        this NpgsqlDataSource database,
        CommitSeals seals,
        Func<NpgsqlConnection, LeafList, Task<T>> work,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Limit(TransactionLimits.Computing, cancellationToken);
        var leaves = new LeafList();
        var done = await work(connection, leaves);
        var commit = await connection.Seal(seals, leaves, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (commit is not null)
            seals.Committed(commit);
        return done;
    }

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
