using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Schema;
using Xunit;

namespace RunLedger.IntegrationTests.Schema;

public sealed class SchemaRollbackTests
{
    const string Tables = "select relname from pg_class where relnamespace = 'public'::regnamespace order by 1";

    [Fact]
    public async Task An_empty_ledger_is_rolled_back_to_a_bare_database()
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        var run = await VerbRun.Schema(database, "rollback");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            SchemaScript.Rollback.Select(script => $"ran {script.Name}"),
            run.Output.TrimEnd().Split(Environment.NewLine));
        Assert.Empty(await database.List(Tables));
    }

    [Fact]
    public async Task A_ledger_with_rows_is_left_alone_and_the_tables_and_counts_are_named()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await Fill(database);
        var before = await database.List(Tables);

        var run = await VerbRun.Schema(database, "rollback");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal(
            "Nothing was rolled back, there are rows in process_run_key (2 rows), rejected_observation (1 row). " +
            "To lose them: schema rollback --drop-data",
            run.Error.TrimEnd());
        Assert.Equal(before, await database.List(Tables));
        Assert.Equal(["2"], await database.List("select count(*) from process_run_key"));
    }

    [Fact]
    public async Task With_drop_data_the_rows_go_too_and_the_schema_can_be_applied_again()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await Fill(database);

        var run = await VerbRun.Schema(database, "rollback", "--drop-data");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Empty(await database.List(Tables));
        await new LedgerSchema(database.ConnectionString).Apply();
        Assert.Empty(await SchemaVerification.Run(database.ConnectionString));
    }

    [Fact]
    public async Task Where_nothing_was_applied_there_is_nothing_to_roll_back()
    {
        await using var database = await TestDatabase.Create();

        var run = await VerbRun.Schema(database, "rollback");

        Assert.Equal((0, "Nothing to roll back."), (run.ExitCode, run.Output.TrimEnd()));
    }

    [Fact]
    public async Task A_newer_schema_is_not_rolled_back_by_halves()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute(
            $"insert into {LedgerSchema.JournalTable} (scriptname, applied) values ('99_from_the_future.sql', now())");

        var refused = await Assert.ThrowsAsync<SchemaException>(
            () => new LedgerSchema(database.ConnectionString).Rollback(dropData: true));

        Assert.Contains("99_from_the_future.sql", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await SchemaVerification.Run(database.ConnectionString));
    }

    [Fact]
    public async Task A_ledger_in_one_schema_is_rolled_back_without_its_namesake_in_another()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute("create schema other");
        var other = new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "other,public" };
        var schema = new LedgerSchema(other.ConnectionString);

        await schema.Apply();
        // Now the name means the other ledger's table, further down the search path.
        await database.Execute("drop table other.process_run_key");
        await schema.Rollback(dropData: true);

        Assert.Empty(await database.List("select tablename from pg_tables where schemaname = 'other'"));
        Assert.Empty(await SchemaVerification.Run(database.ConnectionString));
    }

    static Task Fill(TestDatabase database) => database.Execute("""
        insert into process_run_key values ('a', gen_random_uuid()), ('b', gen_random_uuid());
        insert into rejected_observation (rejected_id, origin, payload, reason)
        values (gen_random_uuid(), 'test', '', 'none')
        """);
}
