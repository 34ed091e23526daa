using Npgsql;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Schema;

namespace RunLedger.IntegrationTests.Schema;

/// <summary>
/// The ledger only observes: run as the role that ships, it can write its own tables and nothing else.
/// </summary>
public sealed class ObservationOnlyTests
{
    [Fact]
    public async Task A_full_life_of_runs_as_the_shipped_role_changes_no_other_table()
    {
        var database = await TestDatabase.Create(applySchema: true);
        var host = await VirtualHost.Create();
        await using var site = new LedgerSite(database.ConnectionString, host.Address, host, database);
        await database.Execute(
            """
            create table job_queue (id int primary key, state text);
            insert into job_queue select n, 'waiting' from generate_series(1, 100) n
            """);
        var before = await Others(database);
        var folder = Directory.CreateTempSubdirectory("run-ledger-archive");
        var traffic = new Traffic(31);
        var sent = traffic.Runs(200);

        await site.Start(new()
        {
            ["RunLedger__Deadlines__SweepEvery"] = "00:00:01",
            ["RunLedger__Deadlines__Default__Run"] = "00:00:01",
            ["RunLedger__Deadlines__Default__OrphanGrace"] = "00:00:01",
            ["RunLedger__Retention__Every"] = "00:00:01",
            ["RunLedger__Retention__Default__Periods__completed"] = "00:00:01",
            ["Archive__PurgeAfter"] = "00:00:02",
            ["Archive__Directory"] = folder.FullName,
        });
        await site.Publisher.Send(traffic.Disturbed(sent));

        // Runs that never end are found and those that did leave and are purged, so that every part of the ledger
        // wrote.
        await Eventually.Async(
            async () => (await database.List(
                """
                select concat_ws(', ', case when not exists (select from process_run_observation
                  where status = 'stuck') then 'no run is stuck' end,
                  case when exists (select from process_run_observation
                    where status = 'completed') then 'a completed run stays' end,
                  case when not exists (select from archive_slice) then 'nothing was archived' end,
                  case when exists (select from process_run_archive) then 'an archived run stays' end)
                """))[0] is { Length: > 0 } missing ? missing : null,
            TimeSpan.FromSeconds(60));
        Assert.Equal(
            [ServiceLogin.Name],
            await database.List(
                "select distinct usename from pg_stat_activity where datname = current_database() "
                + "and application_name = 'run-ledger'"));
        Assert.Equal(before, await Others(database));
        // Late ones found their run archived; nothing else was wrong with any.
        Assert.Empty(await database.List(
            "select reason from rejected_observation where reason not like 'Its run % is archived%'"));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_shipped_role_may_write_every_table_of_the_ledger_and_no_other()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute("create table job_queue (id int primary key)");
        Assert.Equal(
            ["run_ledger_writer"],
            await database.List(
                $"select roleid::regrole::text from pg_auth_members where member = '{ServiceLogin.Name}'::regrole"));
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);

        // What proves the rows may only be added to.
        string[] proofs = ["sealed_commit", "ledger_checkpoint"];
        foreach (var table in SchemaScript.Tables.Except(proofs))
        {
            await using var allowed = source.CreateCommand($"delete from {table}");
            await allowed.ExecuteNonQueryAsync();
        }

        foreach (var sql in (string[])["insert into job_queue values (1)", "select * from job_queue",
            .. proofs.Select(table => $"delete from {table}"), "update sealed_commit set root = root",
            "create table mine (id int)", "drop table process_run_observation"])
        {
            await using var refused = source.CreateCommand(sql);
            Assert.Equal(
                PostgresErrorCodes.InsufficientPrivilege,
                (await Assert.ThrowsAsync<PostgresException>(() => refused.ExecuteNonQueryAsync())).SqlState);
        }
    }

    /// <summary>Every table that is not the ledger's, with all it holds.</summary>
    static async Task<List<string>> Others(TestDatabase database)
    {
        var names = await database.List(
            "select table_name from information_schema.tables where table_schema = 'public' order by 1");
        var held = new List<string>();
        foreach (var name in names.Except(SchemaScript.Tables))
            held.AddRange(await database.List($"select '{name} ' || t::text from {name} t order by 1"));
        return held;
    }
}
