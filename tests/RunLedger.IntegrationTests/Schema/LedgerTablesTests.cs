using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.IntegrationTests.Schema;

/// <summary>The two tables as their readers know them: written out, and not derived from the scripts.</summary>
public sealed class LedgerTablesTests
{
    const string Header = "process_run_observation";
    const string Detail = "process_component_observation";
    const string Statuses =
        "'observed', 'started', 'step_started', 'step_completed', " +
        "'completed', 'failed', 'stuck', 'cancelled', 'orphan'";

    static readonly string[] HeaderColumns =
    [
        "process_run_id uuid not null",
        "process_candidate_code text not null",
        "process_definition_code text",
        "correlation_id text not null",
        "parent_run_id uuid",
        "status text not null default 'observed'::text",
        "source_system text not null",
        "idempotency_key text",
        "input_ref text",
        "output_ref text",
        "error_ref text",
        "evidence_ref jsonb",
        "started_at timestamp with time zone",
        "ended_at timestamp with time zone",
        "created_at timestamp with time zone not null default now()",
    ];

    static readonly string[] DetailColumns =
    [
        "component_run_id uuid not null",
        "process_run_id uuid not null",
        "parent_run_id uuid",
        "correlation_id text not null",
        "dot_code text",
        "component_role text",
        "event_code text",
        "queue_job_id uuid",
        "status text not null default 'observed'::text",
        "input_ref text",
        "output_ref text",
        "error_ref text",
        "evidence_ref jsonb",
        "idempotency_key text",
        "source_system text not null",
        "started_at timestamp with time zone",
        "ended_at timestamp with time zone",
        "created_at timestamp with time zone not null default now()",
    ];

    [Theory]
    [InlineData(Header)]
    [InlineData(Detail)]
    public async Task The_columns_come_first_in_their_order_with_their_types(string table)
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        var promised = table == Header ? HeaderColumns : DetailColumns;

        var columns = await database.List($"""
            select concat_ws(' ', column_name, data_type,
              case is_nullable when 'NO' then 'not null' end, 'default ' || column_default)
            from information_schema.columns where table_name = '{table}' order by ordinal_position
            """);

        Assert.Equal(promised, columns.Take(promised.Length));
        // The ledger's own memory, if any, may stay empty: whoever writes the columns above writes a whole row.
        Assert.All(
            columns.Skip(promised.Length),
            column => Assert.DoesNotContain("not null", column, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Header)]
    [InlineData("process_run_archive")]
    [InlineData(Detail)]
    [InlineData("process_component_archive")]
    public async Task A_table_has_the_columns_of_the_catalogue(string table)
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        var columns = await database.List(
            $"select column_name from information_schema.columns where table_name = '{table}' "
            + "order by column_name collate \"C\"");

        var named = table.Contains("component", StringComparison.Ordinal)
            ? LedgerTable.Components.Columns.Select(column => column.Name)
            : LedgerTable.Runs.Columns.Select(column => column.Name);
        string[] archived = table.EndsWith("archive", StringComparison.Ordinal) ? ["archived_at"] : [];
        Assert.Equal(named.Concat(archived).Order(StringComparer.Ordinal), columns);
    }

    [Theory]
    [InlineData(Header, "correlation_id, process_candidate_code, status, parent_run_id")]
    [InlineData(Detail, "process_run_id, correlation_id, dot_code, queue_job_id")]
    public async Task Every_column_that_is_searched_has_its_index_and_a_key_is_unique(string table, string indexed)
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        var indexes = await database.List($"""
            select regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX \S+ ON public.\S+ USING btree ', '\1')
            from pg_indexes where tablename = '{table}'
            """);

        Assert.All(indexed.Split(", "), column => Assert.Contains($"({column})", indexes));
        Assert.Contains("UNIQUE (idempotency_key) WHERE (idempotency_key IS NOT NULL)", indexes);
    }

    [Theory]
    [InlineData(Header, "process_run_id")]
    [InlineData(Detail, "component_run_id")]
    public async Task The_primary_key_is_the_id_and_the_check_allows_the_nine_statuses(string table, string id)
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        var constraints = await database.List(
            $"select pg_get_constraintdef(oid) from pg_constraint where conrelid = '{table}'::regclass");

        var statuses = Statuses.Replace("', ", "'::text, ", StringComparison.Ordinal) + "::text";
        Assert.Contains($"PRIMARY KEY ({id})", constraints);
        Assert.Contains($"CHECK ((status = ANY (ARRAY[{statuses}])))", constraints);
        if (table == Detail)
            Assert.Contains($"FOREIGN KEY (process_run_id) REFERENCES {Header}(process_run_id)", constraints);
    }

    [Fact]
    public async Task Rows_of_every_status_are_taken_and_any_other_status_is_refused()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        var insert = $"""
            insert into {Header} (process_run_id, process_candidate_code, correlation_id, source_system, status)
            select gen_random_uuid(), 'PROC-CAND:test', 'c', 'dry_run', status from unnest(array[#]) status
            """;

        await database.Execute(insert.Replace("#", Statuses, StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => database.Execute(insert.Replace("#", "'done'", StringComparison.Ordinal)));

        Assert.Equal(["9"], await database.List($"select count(*) from {Header}"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    [Fact]
    public async Task No_table_of_a_fresh_ledger_has_a_trigger()
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        Assert.Empty(await database.List("select tgname from pg_trigger where not tgisinternal"));
    }
}
