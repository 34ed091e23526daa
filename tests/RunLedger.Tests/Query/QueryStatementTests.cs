using RunLedger.Service.Query;

namespace RunLedger.Tests.Query;

/// <summary>What a statement may be, as DuckDB's own parser reads it.</summary>
public sealed class QueryStatementTests
{
    [Theory]
    [InlineData("copy (select 1) to 'x.csv'", "Only a select")]
    [InlineData("create table t (a int)", "Only a select")]
    [InlineData("insert into runs values (1)", "Only a select")]
    [InlineData("delete from runs", "Only a select")]
    [InlineData("drop view runs", "Only a select")]
    [InlineData("attach 'other.db' as other", "Only a select")]
    [InlineData("install httpfs", "Only a select")]
    [InlineData("load httpfs", "Only a select")]
    [InlineData("pragma database_list", "Only a select")]
    [InlineData("set threads = 64", "Only a select")]
    [InlineData("reset memory_limit", "Only a select")]
    [InlineData("call pragma_version()", "Only a select")]
    [InlineData("export database 'x'", "Only a select")]
    [InlineData("explain select 1", "Only a select")]
    [InlineData("select 1; select 2", "one statement")]
    [InlineData("select 1; drop view runs", "Only a select")]
    [InlineData("select", "cannot be read")]
    [InlineData("selec 1", "cannot be read")]
    [InlineData("select * from read_csv('/etc/passwd')", "'read_csv' is not to be selected from")]
    [InlineData("select * from read_text('/etc/passwd')", "No file")]
    [InlineData("select * from read_parquet('https://example.com/x')", "no address")]
    [InlineData("select * from glob('/*')", "'glob' is not")]
    [InlineData("select * from duckdb_settings()", "'duckdb_settings' is not")]
    [InlineData("select * from pragma_version()", "'pragma_version' is not")]
    [InlineData("select * from query('select 1')", "'query' is not")]
    [InlineData("select * from query_table('runs')", "'query_table' is not")]
    [InlineData("select * from '/etc/passwd'", "no '/etc/passwd' here")]
    [InlineData("select * from 'archive/x.parquet'", "select from runs and components")]
    [InlineData("select * from table_runs", "no 'table_runs' here")]
    [InlineData("select * from information_schema.tables", "no other schema")]
    [InlineData("select * from pg_catalog.pg_class", "no other schema")]
    [InlineData("select * from main.runs", "no other schema")]
    [InlineData("select current_setting('threads')", "current_setting is not to be had")]
    [InlineData("select getvariable('x')", "getvariable is not to be had")]
    [InlineData("select 1 where exists (select 1 from read_csv('x'))", "'read_csv' is not")]
    [InlineData("with a as (select * from read_csv('x')) select 1", "'read_csv' is not")]
    [InlineData("select (select count(*) from glob('*'))", "'glob' is not")]
    [InlineData("select 1 union all select 2 from secrets", "no 'secrets' here")]
    [InlineData("select * from runs where status = $1", "has a parameter")]
    [InlineData("select * from runs where status = ?", "has a parameter")]
    [InlineData("describe runs", "docs/query.md")]
    public void What_is_no_single_select_over_the_views_is_refused_with_the_reason(string sql, string reason) =>
        Assert.Contains(reason, Needs(sql).Refusal, StringComparison.Ordinal);

    [Theory]
    [InlineData("select status, count(*) from runs group by all", "process_run_id status")]
    [InlineData("select count(*) from RUNS where Status = 'failed'", "process_run_id status")]
    [InlineData("with x as (select status as s from runs) select s from x", "process_run_id status")]
    [InlineData("select 1 from runs join components c using (correlation_id)", "process_run_id correlation_id")]
    [InlineData(
        "select r.evidence_ref->>'a' from runs r order by r.created_at", "process_run_id evidence_ref created_at")]
    public void Only_the_columns_that_it_names_are_read(string sql, string columns) =>
        Assert.Equal(columns.Split(' ').Order(), Needs(sql).Columns["runs"].Order());

    [Theory]
    [InlineData("select * from runs")]
    [InlineData("from runs")]
    [InlineData("select r from runs r")]
    [InlineData("select runs from runs")]
    [InlineData("select columns('.*_at') from runs")]
    [InlineData("select 1 from runs natural join components")]
    [InlineData("select #2 from runs")]
    [InlineData("select b from runs as t(a, b)")]
    public void A_statement_that_may_read_columns_without_naming_them_gets_all(string sql) =>
        Assert.Equal(QueryView.Runs.Columns.Count, Needs(sql).Columns["runs"].Length);

    [Fact]
    public void What_it_does_not_select_from_is_not_read() =>
        Assert.Equal(["components"], Needs("select count(*) from components").Columns.Keys);

    static QueryNeeds Needs(string sql)
    {
        using var database = new QueryDatabase(new(sql, 1, 64, 10, 1_000));
        return database.Needs();
    }
}
