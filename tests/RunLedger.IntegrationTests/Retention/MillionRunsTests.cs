using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Retention;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Retention;

/// <summary>What sweeps and retention ask of PostgreSQL with a million runs in it: an index answers.</summary>
public sealed class MillionRunsTests : IAsyncLifetime
{
    static readonly DateTime Noon = new(2026, 11, 1, 12, 0, 0, DateTimeKind.Utc);

    TestDatabase _database = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.Create(applySchema: true);
        // Indexes are made after the rows, which is quicker; those nobody asks for here are left out.
        await using var command = _database.DataSource.CreateCommand(
            """
            create temporary table asked as select indexname, indexdef from pg_indexes
              where indexname in ('process_run_observation_deadline_idx', 'process_run_observation_settled_idx');
            do $$ declare i text; begin
              for i in select indexname from pg_indexes where tablename = 'process_run_observation'
                and indexname not like '%_pkey' loop
                execute 'drop index ' || i;
              end loop;
            end $$;
            insert into process_run_observation
              (process_run_id, process_candidate_code, correlation_id, source_system, status, deadline_at, settled_at)
            select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'P-' || n % 100, 'c', 'dot_runtime',
              case when n % 10 = 0 then 'started' when n % 10 = 1 then 'failed' else 'completed' end,
              case when n % 10 = 0 then '2026-11-01T12:00:00Z'::timestamptz + (n - 10000) * interval '1 s' end,
              case when n % 10 > 0 then '2026-11-01T12:00:00Z'::timestamptz - interval '91 d' + n * interval '1 s' end
            from generate_series(1, 1000000) n;
            do $$ declare d text; begin
              for d in select indexdef from asked loop
                execute d;
              end loop;
            end $$;
            analyze process_run_observation
            """);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync(Token);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Every_question_of_a_sweep_and_of_retention_descends_an_index()
    {
        var until = (object[])[.. ((int[])[90, 90, 180, 180, 180, 90]).Select(days => (object)Noon.AddDays(-days))];

        await Uses("process_run_observation_deadline_idx", SweepStore.DueSql, Noon, Noon.AddMinutes(5), 500);
        await Uses(
            "process_run_observation_settled_idx", SweepStore.SettledSql, Noon.AddDays(-90), Guid.Empty, Noon, 500);
        await Uses(
            "process_run_observation_settled_idx",
            ArchiveSql.DueSql,
            [.. until, DateTime.UnixEpoch, Guid.Empty, 1_000]);
        await Uses("process_run_observation_settled_idx", ArchiveSql.PreviewSql, until);
    }

    [Fact]
    public async Task A_preview_says_what_would_leave()
    {
        var preview = await new ArchiveStore(_database.DataSource).Preview(
            new RetentionPeriods(new RunLedgerOptions()), Noon, Token);

        // Of the first day of ninety-one, eight in ten.
        Assert.Equal(8 * 8_640, preview.Sum(due => due.Runs));
        Assert.Equal(80, preview.Count);
    }

    async Task Uses(string index, string sql, params object[] parameters)
    {
        await using var command = _database.DataSource.CreateCommand($"explain {sql}");
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
            plan.Add(reader.GetString(0));

        var text = string.Join('\n', plan);
        Assert.Contains(index, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on process_run_observation", text, StringComparison.Ordinal);
    }
}
