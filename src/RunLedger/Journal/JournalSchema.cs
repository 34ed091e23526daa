using Npgsql;
using RunLedger.Schema;

namespace RunLedger.Journal;

/// <summary>
/// A schema of the ledger's database in which a journal is rebuilt; a table of it says how far that is.
/// </summary>
sealed class JournalSchema(string connectionString, string schema)
{
    const string Table = "journal_rebuild";

    /// <summary>
    /// Its tables and no others. What is written can be rebuilt, so a commit does not wait for the disk.
    /// </summary>
    public string ConnectionString { get; } = new NpgsqlConnectionStringBuilder(connectionString)
    {
        SearchPath = $"\"{schema}\"",
        Options = $"{new NpgsqlConnectionStringBuilder(connectionString).Options} -c synchronous_commit=off".Trim(),
        ApplicationName = "run-ledger journal",
        CommandTimeout = 0,
    }.ConnectionString;

    public string Name => schema;

    /// <summary>Makes it where it is missing; how far a rebuild in it is, null where there was none.</summary>
    /// <exception cref="JournalException">It holds what no rebuild has made.</exception>
    public async Task<JournalProgress?> Open(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        if (await connection.CurrentSchema(cancellationToken) == schema)
            throw new JournalException($"{schema} is the ledger's own schema: name another, which is made.");
        await using var find = new NpgsqlCommand(
            """
            select coalesce(bool_or(c.relname = $2), false), count(c.oid), count(n.oid)
            from pg_namespace n
              left join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'f')
            where n.nspname = $1
            """,
            connection);
        find.Parameters.AddWithValue(schema);
        find.Parameters.AddWithValue(Table);
        var (ours, tables, there) = (await find.List(
            row => (row.GetBoolean(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken))[0];
        if (!ours && tables > 0)
        {
            throw new JournalException(
                $"The schema {schema} holds tables that no rebuild has made: name another, which is made.");
        }

        if (ours)
            return await Read(cancellationToken);
        if (there == 0)
            await connection.Execute($"create schema \"{schema}\"", cancellationToken);
        // First of all, so that whatever follows is known to be ours.
        await Execute(
            $"""
             create table {Table} (
               stream text not null, first_offset bigint not null, first_at timestamptz not null,
               last_offset bigint not null, next_offset bigint not null, messages bigint not null,
               observations bigint not null, definitions bigint not null, rejected bigint not null,
               missing bigint not null, is_done boolean not null, written_at timestamptz not null default now())
             """,
            cancellationToken);
        return null;
    }

    /// <summary>The ledger's tables, by its own scripts, empty where they were made.</summary>
    public Task Apply(CancellationToken cancellationToken) =>
        new LedgerSchema(ConnectionString).Apply(cancellationToken);

    /// <summary>Takes away what a rebuild made, for another to begin.</summary>
    public async Task Clear(CancellationToken cancellationToken)
    {
        await new LedgerSchema(ConnectionString).Rollback(dropData: true, cancellationToken);
        await Execute($"delete from {Table}", cancellationToken);
    }

    /// <summary>Takes it away as a whole, with all that is in it.</summary>
    public async Task Drop(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await connection.Execute($"drop schema if exists \"{schema}\" cascade", cancellationToken);
    }

    public async Task Write(JournalProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new($"delete from {Table}"));
        var insert = new NpgsqlBatchCommand(
            $"insert into {Table} values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
        foreach (var value in (object[])
            [
                progress.Stream, progress.First, progress.FirstAt, progress.Last, progress.Next, progress.Messages,
                progress.Observations, progress.Definitions, progress.Rejected, progress.Missing, progress.IsDone,
            ])
            insert.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(insert);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<JournalProgress?> Read(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"select * from {Table}", connection);
        return (await command.List(
            row => new JournalProgress
            {
                Stream = row.GetString(0),
                First = row.GetInt64(1),
                FirstAt = row.GetDateTime(2),
                Last = row.GetInt64(3),
                Next = row.GetInt64(4),
                Messages = row.GetInt64(5),
                Observations = row.GetInt64(6),
                Definitions = row.GetInt64(7),
                Rejected = row.GetInt64(8),
                Missing = row.GetInt64(9),
                IsDone = row.GetBoolean(10),
            },
            cancellationToken)).FirstOrDefault();
    }

    async Task Execute(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await connection.Execute(sql, cancellationToken);
    }
}
