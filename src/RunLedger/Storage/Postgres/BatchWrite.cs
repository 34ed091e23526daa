using Npgsql;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>
/// The statements that write a batch, in one round trip. Rows travel as arrays, one per column, so that a thousand rows
/// are one statement of one plan.
/// </summary>
static class BatchWrite
{
    /// <summary>Counters of one process; replicas that share a number only wait for one another.</summary>
    static readonly short Writer = (short)(Environment.ProcessId % 64);

    public static void Add(NpgsqlBatch batch, LedgerChanges changes)
    {
        Link(
            batch,
            LedgerTable.Runs,
            changes.Runs,
            placeholders: "'', ''",
            columns: "process_candidate_code, correlation_id");
        Rows(batch, LedgerTable.Runs, changes.Runs);
        if (changes.Runs.Moved.Count > 0)
        {
            var (old, to) = Columns(changes.Runs.Moved);
            Run(
                batch,
                "update process_component_observation c set process_run_id = m.new from unnest($1, $2) m(old, new) "
                + "where c.process_run_id = m.old",
                Of(old),
                Of(to));
        }

        Link(
            batch,
            LedgerTable.Components,
            changes.Components,
            placeholders: "(select process_run_id from process_run_observation limit 1), ''",
            columns: "process_run_id, correlation_id");
        Rows(batch, LedgerTable.Components, changes.Components);
        Unlink(batch, LedgerTable.Components, changes.Components);
        Unlink(batch, LedgerTable.Runs, changes.Runs);
        Reject(batch, changes.Rejected);
        ScheduleSql.Add(batch, changes.Outbox);
        Count(batch, changes.Counts);
    }

    /// <summary>Rows of ids that are new.</summary>
    public static void Insert<TRow>(NpgsqlBatch batch, LedgerTable<TRow> table, List<TRow> rows)
        where TRow : LedgerRow, new() => Run(batch, InsertSql(table), Parameters(table, rows));

    public static NpgsqlParameter Of<T>(T[] values) => new NpgsqlParameter<T[]> { TypedValue = values };

    // Before the rows: a key passes from a row that goes to the one that stays, and an id that becomes an alias of a
    // row is occupied for a moment, so that a replica that creates a row of that id at the same time collides with us.
    static void Link<TRow>(
        NpgsqlBatch batch, LedgerTable<TRow> table, TableChanges<TRow> changes, string placeholders, string columns)
        where TRow : LedgerRow, new()
    {
        if (changes.Restored.Count > 0)
            Run(batch, $"delete from {table.Aliases} where alias_id = any ($1)", Of<Guid>([.. changes.Restored]));
        if (changes.Removed.Count > 0)
        {
            Run(
                batch,
                $"update {table.Rows} set idempotency_key = null where {table.Id} = any ($1)",
                Of<Guid>([.. changes.Removed]));
        }

        var unstored = changes.Moved.Select(m => m.Old).Except(changes.Removed).ToArray();
        if (unstored.Length > 0)
        {
            Run(
                batch,
                $"insert into {table.Rows} ({table.Id}, {columns}, source_system) select id, {placeholders}, '' "
                + $"from unnest($1) r(id) where not exists (select from {table.Aliases} where alias_id = "
                + "id) order by id",
                Of(unstored));
        }
    }

    static void Rows<TRow>(NpgsqlBatch batch, LedgerTable<TRow> table, TableChanges<TRow> changes)
        where TRow : LedgerRow, new()
    {
        if (changes.Inserted.Count > 0)
        {
            Insert(batch, table, changes.Inserted);

            // Two replicas cannot both make a row and an alias of one id: whoever is second is thrown back.
            Run(
                batch,
                $"select 1 / (not exists (select from {table.Aliases} where alias_id = any ($1)))::int",
                Of(changes.Inserted.ConvertAll(row => row.Id).ToArray()));
        }

        if (changes.Updated.Count > 0)
            Run(batch, UpdateSql(table), Parameters(table, changes.Updated));
    }

    static void Unlink<TRow>(NpgsqlBatch batch, LedgerTable<TRow> table, TableChanges<TRow> changes)
        where TRow : LedgerRow, new()
    {
        if (changes.Moved.Count > 0)
        {
            var (old, to) = Columns(changes.Moved);
            Run(batch, $"delete from {table.Rows} where {table.Id} = any ($1)", Of(old));
            foreach (var names in (string[])[table.Aliases, table.Keys])
            {
                Run(
                    batch,
                    $"update {names} n set {table.Id} = m.new from unnest($1, $2) m(old, new) "
                    + $"where n.{table.Id} = m.old",
                    Of(old),
                    Of(to));
            }

            Run(
                batch,
                $"insert into {table.Aliases} (alias_id, {table.Id}) select * from unnest($1, $2) m(old, new) "
                + $"order by old on conflict (alias_id) do update set {table.Id} = excluded.{table.Id}",
                Of(old),
                Of(to));
        }

        if (changes.Keys.Count > 0)
        {
            Run(
                batch,
                $"insert into {table.Keys} (idempotency_key, {table.Id}) select * from unnest($1, $2) k(key, "
                + "id) order by key",
                Of(changes.Keys.ConvertAll(k => k.Key).ToArray()),
                Of(changes.Keys.ConvertAll(k => k.Id).ToArray()));
        }
    }

    public static void Reject(NpgsqlBatch batch, List<RejectedRow> rejected, string returning = "")
    {
        if (rejected.Count == 0)
            return;
        // A statement cannot change a row twice.
        rejected = [.. rejected.DistinctBy(r => r.RejectedId)];
        Run(
            batch,
            $"""
            insert into rejected_observation
              (rejected_id, contract, origin, content_type, payload, reason, fingerprint, rejected_at)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8) r(id) order by id {RejectedRow.OnConflict}
            {returning}
            """,
            Of(rejected.ConvertAll(r => r.RejectedId).ToArray()),
            Of(rejected.ConvertAll(r => r.Contract).ToArray()),
            Of(rejected.ConvertAll(r => r.Origin).ToArray()),
            Of(rejected.ConvertAll(r => r.ContentType).ToArray()),
            Of(rejected.ConvertAll(r => r.Payload).ToArray()),
            Of(rejected.ConvertAll(r => r.Reason).ToArray()),
            Of(rejected.ConvertAll(r => r.Fingerprint).ToArray()),
            Of(rejected.ConvertAll(r => r.RejectedAt).ToArray()));
    }

    public static void Count(NpgsqlBatch batch, IReadOnlyDictionary<string, int> counts)
    {
        var moved = counts.Where(count => count.Value != 0).ToArray();
        if (moved.Length == 0)
            return;
        Run(
            batch,
            """
            insert into run_status_count as c (writer, status, runs) select $1, * from unnest($2, $3)
            on conflict (writer, status) do update set runs = c.runs + excluded.runs
            """,
            new NpgsqlParameter<short> { TypedValue = Writer },
            Of(moved.Select(count => count.Key).ToArray()),
            Of(moved.Select(count => (long)count.Value).ToArray()));
    }

    static string InsertSql<TRow>(LedgerTable<TRow> table)
        where TRow : LedgerRow, new()
    {
        var sent = string.Join(", ", table.Written.Select(column => column.Name));
        var columns = table.Written.Select(column => column.Name).Concat(table.Derived.Keys);
        var values = table.Written.Select(column => column.Name + Cast(column.Name)).Concat(table.Derived.Values);
        return $"insert into {table.Rows} ({string.Join(", ", columns)}) select {string.Join(", ", values)} "
            + $"from unnest({Places(table.Written.Count)}) r({sent}) order by {table.Id}";
    }

    static string UpdateSql<TRow>(LedgerTable<TRow> table)
        where TRow : LedgerRow, new()
    {
        var sent = string.Join(", ", table.Written.Select(column => column.Name));
        var values = table.Written.Where(column => column.Name != table.Id)
            .Select(column => $"{column.Name} = r.{column.Name}{Cast(column.Name)}")
            .Concat(table.Derived.Select(derived => $"{derived.Key} = {derived.Value}"));
        return $"update {table.Rows} t set {string.Join(", ", values)} "
            + $"from unnest({Places(table.Written.Count)}) r({sent}) where t.{table.Id} = r.{table.Id}";
    }

    // JSON travels as text.
    static string Cast(string column) => column == LedgerTable.EvidenceRef ? "::jsonb" : "";

    static string Places(int count) => string.Join(", ", Enumerable.Range(1, count).Select(n => $"${n}"));

    static NpgsqlParameter[] Parameters<TRow>(LedgerTable<TRow> table, List<TRow> rows)
        where TRow : LedgerRow, new() =>
        [.. table.Written.Select(column => new NpgsqlParameter { Value = column.Values(rows) })];

    static (Guid[] Old, Guid[] New) Columns(List<(Guid Old, Guid New)> moved) =>
        (moved.ConvertAll(m => m.Old).ToArray(), moved.ConvertAll(m => m.New).ToArray());

    public static void Run(NpgsqlBatch batch, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(command);
    }
}
