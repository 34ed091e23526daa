using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Schema;
using Xunit;

namespace RunLedger.IntegrationTests.Schema;

public sealed class SchemaRehearsalTests
{
    const string Catalog = """
        select format('%s %s %s', n.nspname, c.relkind, c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1
        """;

    [Fact]
    public async Task On_a_bare_database_it_passes_and_leaves_nothing()
    {
        await using var database = await TestDatabase.Create();
        await database.Execute("create table orders (id int); insert into orders values (1), (2)");
        var before = await database.List(Catalog);

        var run = await VerbRun.Schema(database, "rehearse", "--guard", "orders");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(SchemaScript.Forward, script => Assert.Contains(script.Name, run.Output, StringComparison.Ordinal));
        Assert.Matches("guard public.orders .* 2 rows before and after .* ok", run.Output);
        Assert.Contains("The rehearsal passed; nothing was changed.", run.Output, StringComparison.Ordinal);
        Assert.Equal(before, await database.List(Catalog));
    }

    [Fact]
    public async Task On_an_applied_ledger_it_passes_and_writes_no_row()
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        var report = await SchemaRehearsal.Run(database.ConnectionString, []);

        Assert.True(report.Passed);
        Assert.Empty(report.Scripts);
        Assert.Equal(["0"], await database.List("select count(*) from process_run_observation"));
    }

    [Fact]
    public async Task A_trigger_that_somebody_put_on_a_table_of_the_ledger_fails_it()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await Trigger(database, "null");

        var run = await VerbRun.Schema(database, "rehearse");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            "CREATE TRIGGER spy AFTER INSERT ON process_run_observation", run.Output, StringComparison.Ordinal);
        Assert.Contains("The rehearsal failed; nothing was changed.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trigger_that_the_database_puts_on_every_fresh_table_fails_it()
    {
        await using var database = await TestDatabase.Create();
        if (await database.List("select rolsuper from pg_roles where rolname = current_user") is not ["True"])
            Assert.Skip("Only a superuser may create an event trigger.");
        await database.Execute("""
            create function spy() returns trigger language plpgsql as 'begin return new; end';
            create function plant() returns event_trigger language plpgsql as $$
            declare made record;
            begin
              for made in select * from pg_event_trigger_ddl_commands() where command_tag = 'CREATE TABLE' loop
                execute 'create trigger spy before insert on ' || made.object_identity ||
                        ' for each row execute function spy()';
              end loop;
            end $$;
            create event trigger plant on ddl_command_end when tag in ('CREATE TABLE') execute function plant()
            """);

        var report = await SchemaRehearsal.Run(database.ConnectionString, []);

        Assert.False(report.Passed);
        Assert.Equal(SchemaScript.Tables.Count, report.Triggers.Count);
        Assert.Null(report.Failure);
        Assert.Empty(report.Leftovers);
    }

    [Theory]
    [InlineData("insert into orders values (3)", "2 rows before, 3 after")]
    [InlineData("update orders set id = id", "2 rows before and after, but some were written")]
    public async Task A_guarded_table_that_the_ledger_writes_to_fails_it(string write, string seen)
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute("create table orders (id int); insert into orders values (1), (2)");
        await Trigger(database, write);

        var run = await VerbRun.Schema(database, "rehearse", "--guard", "orders");

        Assert.Equal(1, run.ExitCode);
        Assert.Matches($"guard public.orders .* {seen} .* FAILED", run.Output);
        Assert.Equal(["1", "2"], await database.List("select id from orders order by 1"));
    }

    [Fact]
    public async Task What_others_write_to_a_guarded_table_meanwhile_is_not_held_against_it()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute("create table orders (id int)");
        await Trigger(database, "perform pg_advisory_xact_lock(1)", statement: true);
        await using var gate = await database.DataSource.OpenConnectionAsync();
        await using var close = new NpgsqlCommand("select pg_advisory_lock(1)", gate);
        await using var open = new NpgsqlCommand("select pg_advisory_unlock(1)", gate);
        await close.ExecuteNonQueryAsync();

        var rehearsal = SchemaRehearsal.Run(database.ConnectionString, ["orders"]);
        var waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted";
        while (!rehearsal.IsCompleted && (await database.List(waiting)).Count == 0) await Task.Yield();
        await database.Execute("insert into orders values (1)");
        await open.ExecuteNonQueryAsync();
        var report = await rehearsal;

        Assert.Null(report.Failure);
        Assert.False(Assert.Single(report.Guards).Changed);
    }

    [Fact]
    public async Task A_row_that_the_database_does_not_take_fails_it_with_the_databases_words()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute("alter table process_run_observation add team text not null");

        var run = await VerbRun.Schema(database, "rehearse");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("null value in column \"team\"", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_fails_fails_it_and_the_guards_are_still_counted()
    {
        await using var database = await TestDatabase.Create();
        await database.Execute(
            "create table orders (id int); create view rejected_observation as select 1 as one");
        var before = await database.List(Catalog);

        var report = await SchemaRehearsal.Run(database.ConnectionString, ["orders"]);

        Assert.NotNull(report.Failure);
        Assert.False(Assert.Single(report.Guards).Changed);
        Assert.Equal(before, await database.List(Catalog));
    }

    [Fact]
    public async Task Guards_are_found_by_any_name_a_person_types()
    {
        await using var database = await TestDatabase.Create();
        await database.Execute("""
            create schema sales; create table sales.orders (id int); create table "Mixed; drop" (id int);
            create table sales."Odd""Name" (id int)
            """);

        var report = await SchemaRehearsal.Run(
            database.ConnectionString,
            ["sales.orders", "SALES.Orders", "Mixed; drop", "\"Mixed; drop\"", "sales.Odd\"Name"]);

        Assert.Equal(
            [
                "sales.orders", "sales.orders", "public.\"Mixed; drop\"", "public.\"Mixed; drop\"",
                "sales.\"Odd\"\"Name\"",
            ],
            report.Guards.Select(guard => guard.Table));
        Assert.True(report.Passed);
    }

    [Theory]
    [InlineData("nowhere", "There is no table nowhere to guard")]
    [InlineData("x; drop table orders", "There is no table x; drop table orders to guard")]
    [InlineData("process_run_key", "public.process_run_key is a table of the ledger")]
    public async Task A_guard_that_cannot_be_one_is_named_and_nothing_is_rehearsed(string guard, string error)
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        var run = await VerbRun.Schema(database, "rehearse", "--guard", guard);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(error, run.Error, StringComparison.Ordinal);
    }

    static Task Trigger(TestDatabase database, string body, bool statement = false) => database.Execute($"""
        create function spy() returns trigger language plpgsql as $$ begin {body}; return new; end $$;
        create trigger spy after insert on process_run_observation
          for each {(statement ? "statement" : "row")} execute function spy()
        """);
}
