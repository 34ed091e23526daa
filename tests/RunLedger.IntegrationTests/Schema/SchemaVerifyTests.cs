using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Schema;
using Xunit;

namespace RunLedger.IntegrationTests.Schema;

public sealed class SchemaVerifyTests
{
    [Fact]
    public async Task An_applied_schema_is_as_promised_and_verifying_leaves_no_trace()
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        var run = await VerbRun.Schema(database, "verify");

        Assert.Equal((0, "The tables are as the scripts promise."), (run.ExitCode, run.Output.TrimEnd()));
        Assert.Empty(await database.List("select nspname from pg_namespace where nspname like 'run_ledger%'"));
    }

    [Fact]
    public async Task Where_tables_are_missing_they_are_named_with_the_command_that_makes_them()
    {
        await using var database = await TestDatabase.Create();

        var run = await VerbRun.Schema(database, "verify");

        Assert.Equal(1, run.ExitCode);
        var lines = run.Output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(
            SchemaScript.Tables.Order().Select(table => $"difference: table {table} is missing"), lines[..^2]);
        Assert.EndsWith("-- schema apply", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "drop index process_run_observation_status_idx",
        "index process_run_observation_status_idx on process_run_observation is missing: " +
        "CREATE INDEX process_run_observation_status_idx ON process_run_observation USING btree (status)")]
    [InlineData(
        "drop index process_run_observation_idempotency_key_idx; " +
        "create unique index process_run_observation_idempotency_key_idx on process_run_observation (idempotency_key)",
        "index process_run_observation_idempotency_key_idx on process_run_observation differs: " +
        "CREATE UNIQUE INDEX process_run_observation_idempotency_key_idx ON process_run_observation " +
        "USING btree (idempotency_key), promised " +
        "CREATE UNIQUE INDEX process_run_observation_idempotency_key_idx ON process_run_observation " +
        "USING btree (idempotency_key) WHERE (idempotency_key IS NOT NULL)")]
    [InlineData(
        "alter table process_run_observation alter started_at type timestamp",
        "column started_at on process_run_observation differs: timestamp without time zone, " +
        "promised timestamp with time zone")]
    [InlineData(
        "alter table process_component_observation alter correlation_id drop not null",
        "column correlation_id on process_component_observation differs: text, promised text not null")]
    [InlineData(
        "alter table process_run_observation alter status set default 'started'",
        "column status on process_run_observation differs: text not null default 'started'::text, " +
        "promised text not null default 'observed'::text")]
    [InlineData(
        "alter table process_component_observation drop column event_code",
        "column event_code on process_component_observation is missing: text")]
    [InlineData(
        "alter table process_component_observation drop constraint process_component_observation_process_run_id_fkey",
        "constraint process_component_observation_process_run_id_fkey on process_component_observation is missing: " +
        "FOREIGN KEY (process_run_id) REFERENCES process_run_observation(process_run_id)")]
    [InlineData(
        "alter table run_status_count drop constraint run_status_count_pkey",
        "constraint run_status_count_pkey on run_status_count is missing: PRIMARY KEY (writer, status)")]
    [InlineData(
        "alter table process_run_key set unlogged",
        "table process_run_key on process_run_key differs: unlogged ordinary, promised ordinary")]
    [InlineData(
        "alter table process_run_observation add cost integer not null",
        "column cost on process_run_observation is not of the ledger: integer not null")]
    [InlineData(
        "create unique index once on process_run_observation (correlation_id)",
        "index once on process_run_observation is not of the ledger: " +
        "CREATE UNIQUE INDEX once ON process_run_observation USING btree (correlation_id)")]
    [InlineData(
        "create trigger spy before insert on process_run_observation " +
        "for each row execute function suppress_redundant_updates_trigger()",
        "trigger spy on process_run_observation is not of the ledger: " +
        "CREATE TRIGGER spy BEFORE INSERT ON process_run_observation " +
        "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()")]
    [InlineData(
        "create rule hush as on insert to process_run_key do instead nothing",
        "rule hush on process_run_key is not of the ledger: " +
        "CREATE RULE hush AS ON INSERT TO process_run_key DO INSTEAD NOTHING;")]
    public async Task What_was_changed_is_named_and_nothing_else(string change, string difference)
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute(change);

        var run = await VerbRun.Schema(database, "verify");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            [$"difference: {difference}", "1 difference from what the scripts promise."],
            run.Output.TrimEnd().Split(Environment.NewLine));
    }

    [Fact]
    public async Task A_dropped_check_is_named_with_the_statuses_it_allowed()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute(
            "alter table process_run_observation drop constraint process_run_observation_status_check");

        var difference = Assert.Single(await SchemaVerification.Run(database.ConnectionString));

        Assert.True(difference.Failure);
        Assert.StartsWith(
            "constraint process_run_observation_status_check on process_run_observation is missing: CHECK",
            difference.Text,
            StringComparison.Ordinal);
        Assert.Contains("'orphan'", difference.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Additions_that_reject_no_row_are_notes()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await database.Execute("""
            alter table process_run_observation add team text, add cost integer not null default 0;
            create index process_run_observation_team_idx on process_run_observation (team)
            """);

        var run = await VerbRun.Schema(database, "verify");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                "note: column cost on process_run_observation is not of the ledger: integer not null default 0",
                "note: column team on process_run_observation is not of the ledger: text",
                "note: index process_run_observation_team_idx on process_run_observation is not of the ledger: " +
                "CREATE INDEX process_run_observation_team_idx ON process_run_observation USING btree (team)",
                "The tables are as the scripts promise.",
            ],
            run.Output.TrimEnd().Split(Environment.NewLine));
    }
}
