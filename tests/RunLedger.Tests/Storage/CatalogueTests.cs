using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Sqlite;
using RunLedger.Service.Runs;
using RunLedger.Storage.Rows;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Tests.Storage;

/// <summary>
/// What names a table's columns for itself names all of them, and no others. A failure lists what was forgotten.
/// </summary>
public sealed class CatalogueTests : IDisposable
{
    /// <summary>What the ledger keeps for itself: in no answer of the API.</summary>
    static readonly string[] Internal = ["fold", "last_event_at", "live_at", "deadline_at", "settled_at"];

    static readonly string[] Runs = Names(LedgerTable.Runs);
    static readonly string[] Components = Names(LedgerTable.Components);

    readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7()}.db");

    public static TheoryData<string> Tables =>
        [LedgerTable.Runs.Rows, LedgerTable.Runs.Archive, LedgerTable.Components.Rows, LedgerTable.Components.Archive];

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_table_of_the_embedded_file_has_the_columns_of_the_catalogue(string table)
    {
        using (var store = new LedgerStore(_file))
            store.Open();
        using var connection = new SqliteConnection(LedgerStore.ConnectionString(_file));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select name from pragma_table_info($table)";
        command.Parameters.AddWithValue("$table", table);
        using var reader = command.ExecuteReader();
        var columns = new List<string>();
        while (reader.Read())
            columns.Add(reader.GetString(0));

        string[] named = table.Contains("component", StringComparison.Ordinal) ? Components : Runs;
        // The order of an archive is that of its files, which the catalogue makes.
        if (table.EndsWith("archive", StringComparison.Ordinal))
            Assert.Equal([.. named, "archived_at"], columns);
        else
            Assert.Equal(Sorted(named), Sorted(columns));
    }

    [Fact]
    public void A_row_has_a_property_for_each_column_and_no_other()
    {
        Assert.Equal(Sorted(Runs), Sorted(Properties(typeof(RunRow)).Select(Snake)));
        Assert.Equal(Sorted(Components), Sorted(Properties(typeof(ComponentRow)).Select(Snake)));
    }

    [Fact]
    public void The_reading_model_has_the_columns_of_the_catalogue_but_the_fold_of_a_component()
    {
        using var services = new ServiceCollection()
            .AddLedgerDatabase(new SqliteDialect("Data Source=:memory:"))
            .BuildServiceProvider();
        using var db = services.GetRequiredService<IDbContextFactory<LedgerDb>>().CreateDbContext();

        Assert.Equal(Sorted(Runs), Sorted(Mapped(db, LedgerTable.Runs.Rows)));
        Assert.Equal(Sorted(Components.Except(["fold"])), Sorted(Mapped(db, LedgerTable.Components.Rows)));
    }

    [Fact]
    public void The_answers_of_the_API_have_the_columns_of_the_catalogue_but_what_the_ledger_keeps_for_itself()
    {
        Assert.Equal(
            Sorted([.. Runs.Except(Internal), "archived_at", "attempt"]),
            Sorted(typeof(RunAnswer).GetProperties().Where(Declared).Select(Snake)));
        Assert.Equal(
            Sorted(Components.Except(Internal)),
            Sorted(typeof(ComponentAnswer).GetProperties().Where(Declared).Select(Snake)));
    }

    public void Dispose() => File.Delete(_file);

    static string[] Names<TRow>(LedgerTable<TRow> table)
        where TRow : LedgerRow, new() => [.. table.Columns.Select(column => column.Name)];

    static IEnumerable<PropertyInfo> Properties(Type row) => row.GetProperties()
        .Where(property => property.SetMethod is not null && property.GetMethod!.GetParameters().Length == 0);

    static bool Declared(PropertyInfo property) => property.GetCustomAttribute<JsonIgnoreAttribute>() is null;

    static IEnumerable<string> Mapped(LedgerDb db, string table) => db.Model.GetEntityTypes()
        .Single(
            entity => entity.GetTableName() == table && entity.FindPrimaryKey() is not null && !entity.HasSharedClrType)
        .GetProperties().Select(property => property.GetColumnName());

    static string Snake(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    static IEnumerable<string> Sorted(IEnumerable<string> names) => names.Order(StringComparer.Ordinal);
}
