using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Schema;
using Xunit;

namespace RunLedger.IntegrationTests.Schema;

public sealed class SchemaApplyTests
{
    const string Journal = $"select scriptname from {LedgerSchema.JournalTable} order by schemaversionsid";

    static readonly List<string> Names = [.. SchemaScript.Forward.Select(script => script.Name)];

    [Fact]
    public async Task Applying_runs_every_script_in_order_and_says_so()
    {
        await using var database = await TestDatabase.Create();

        var run = await VerbRun.Schema(database, "apply");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(Names.Select(name => $"applied {name}"), Lines(run.Output));
        Assert.Equal(Names, await database.List(Journal));
    }

    [Fact]
    public async Task Applying_again_changes_nothing()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute("insert into process_run_key values ('kept', gen_random_uuid())");

        var run = await VerbRun.Schema(database, "apply");

        Assert.Equal((0, "Nothing to apply: the schema is up to date."), (run.ExitCode, run.Output.TrimEnd()));
        Assert.Equal(Names, await database.List(Journal));
        Assert.Equal(["kept"], await database.List("select idempotency_key from process_run_key"));
    }

    [Fact]
    public async Task Replicas_that_apply_at_the_same_moment_run_each_script_once()
    {
        await using var database = await TestDatabase.Create();
        var schema = new LedgerSchema(database.ConnectionString);

        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => schema.Apply())));

        Assert.Equal(Names, Assert.Single(applied, names => names.Count > 0));
        Assert.Equal(Names, await database.List(Journal));
    }

    [Fact]
    public async Task Tables_made_by_hand_are_taken_as_they_are()
    {
        await using var database = await TestDatabase.Create();
        foreach (var script in SchemaScript.Forward) await database.Execute(script.Sql);
        await database.Execute("insert into process_run_key values ('kept', gen_random_uuid())");

        await new LedgerSchema(database.ConnectionString).Apply();

        Assert.Equal(Names, await database.List(Journal));
        Assert.Equal(["kept"], await database.List("select idempotency_key from process_run_key"));
    }

    [Fact]
    public async Task A_table_that_somebody_dropped_is_made_again()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute("drop table process_component_observation");

        Assert.True((await SchemaRehearsal.Run(database.ConnectionString, [])).Passed);
        await new LedgerSchema(database.ConnectionString).Apply();

        Assert.Empty(await SchemaVerification.Run(database.ConnectionString));
        Assert.Equal(Names, await database.List(Journal));
    }

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_of_those_before_it()
    {
        await using var database = await TestDatabase.Create();
        // Not a table, so the script that should make it cannot index it.
        await database.Execute("create view rejected_observation as select 1 as one");

        var run = await VerbRun.Schema(database, "apply");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("03_ledger_memory.sql: ", run.Error, StringComparison.Ordinal);
        Assert.Single(Lines(run.Error));
        Assert.Empty(await database.List("select tablename from pg_tables where schemaname = 'public'"));
    }

    [Fact]
    public async Task The_state_names_what_is_missing_and_the_command_that_makes_it()
    {
        await using var database = await TestDatabase.Create();
        var schema = new LedgerSchema(database.ConnectionString);

        var before = await schema.State();
        await schema.Apply();
        await database.Execute("drop table process_run_alias");
        var damaged = await schema.State();
        await schema.Apply();
        var after = await schema.State();

        Assert.Equal(SchemaScript.Tables, before.MissingTables);
        Assert.Equal(
            "Tables of the ledger are missing in schema public: process_run_alias. " +
            "Run: dotnet run --project src/RunLedger.Service -- schema apply",
            damaged.Advice);
        Assert.Equal((true, null), (after.Ready, after.Advice));
    }

    [Fact]
    public async Task A_journal_without_the_newest_script_asks_for_it()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute($"delete from {LedgerSchema.JournalTable} where scriptname = '{Names[^1]}'");

        var state = await new LedgerSchema(database.ConnectionString).State();

        Assert.False(state.Ready);
        Assert.Contains(Names[^1], state.Advice, StringComparison.Ordinal);
    }

    static string[] Lines(string text) => text.TrimEnd().Split(Environment.NewLine);
}
