using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Schema;
using Xunit;

namespace RunLedger.IntegrationTests.Schema;

public sealed class SchemaScriptTests
{
    [Fact]
    public void Every_script_has_a_rollback_and_they_run_in_opposite_orders()
    {
        var numbers = SchemaScript.Forward.Select(script => script.Number).ToList();

        Assert.NotEmpty(numbers);
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(numbers.Distinct(), numbers);
        Assert.Equal(numbers.AsEnumerable().Reverse(), SchemaScript.Rollback.Select(script => script.Number));
    }

    [Fact]
    public void No_script_on_disk_is_left_out()
    {
        var files = typeof(SchemaScript).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("postgres/", StringComparison.Ordinal))
            // The role is not the database's: made by hand, or not at all.
            .Except(["postgres/role.sql"]);

        Assert.Equal(files.Count(), SchemaScript.Forward.Count + SchemaScript.Rollback.Count);
    }

    [Fact]
    public async Task The_tables_read_off_the_scripts_are_those_that_the_scripts_make()
    {
        await using var database = await TestDatabase.Create(applySchema: true);

        var made = await database.List("select tablename from pg_tables where schemaname = 'public'");

        Assert.Equal(made.Except([LedgerSchema.JournalTable]).Order(), SchemaScript.Tables.Order());
    }
}
