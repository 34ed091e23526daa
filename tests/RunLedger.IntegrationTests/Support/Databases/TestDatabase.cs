using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Xunit;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>
/// A test's own database on the server of <c>ConnectionStrings__Postgres</c>, dropped at the end: with others, since
/// for each the server writes down all that it has in memory, which after the first is little.
/// </summary>
sealed class TestDatabase : IAsyncDisposable
{
    // One connection makes and drops them all, or nearly: to begin a session costs more than most statements.
    static readonly ConcurrentDictionary<string, NpgsqlDataSource> Servers = new(StringComparer.Ordinal);

    const int DroppedTogether = 30;
    static readonly List<TestDatabase> Left = [];

    readonly string _server;

    /// <summary>A failure to drop it comes up in another's.</summary>
    readonly string _test = TestContext.Current.Test?.TestDisplayName ?? TestContext.Current.TestClass?.TestClassName
        ?? "a test";

    TestDatabase(string server, string name)
    {
        _server = server;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public string Name { get; }

    /// <summary>As who owns the database; services have <see cref="ServiceConnectionString"/>.</summary>
    public string ConnectionString { get; }

    /// <summary>As a service that may do what the shipped role may; for a database with the schema.</summary>
    public string ServiceConnectionString => ServiceLogin.Of(ConnectionString);

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Without a server the test is skipped on a laptop, and fails where <c>CI</c> is <c>true</c>.</summary>
    public static async Task<TestDatabase> Create(bool applySchema = false)
    {
        var server = Environment.GetEnvironmentVariable("ConnectionStrings__Postgres");
        if (string.IsNullOrWhiteSpace(server))
            Missing("ConnectionStrings__Postgres is not set; infra/servers-up prints it.");
        var name = $"run_ledger_test_{Guid.CreateVersion7():N}";
        try
        {
            var template = applySchema ? $" template {await DatabaseTemplate.Of(server!)}" : "";
            await Execute(server!, $"create database {name}{template}");
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            Missing($"No PostgreSQL answers at ConnectionStrings__Postgres: {e.Message}");
        }

        return new TestDatabase(server!, name);
    }

    /// <summary>Another one with all that is in this one, in which nobody may be.</summary>
    public async Task<TestDatabase> Copy()
    {
        DataSource.Clear();
        var name = $"run_ledger_test_{Guid.CreateVersion7():N}";
        await Execute(_server, $"create database {name} template {Name}");
        return new(_server, name);
    }

    public async Task Execute(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of every row, as text.</summary>
    public async Task<List<string>> List(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync()) list.Add(Convert.ToString(reader[0], CultureInfo.InvariantCulture) ?? "");
        return list;
    }

    public async ValueTask DisposeAsync()
    {
        await Leave();
        await End();
        lock (Left)
            Left.Add(this);
        await Drop(DroppedTogether);
    }

    /// <summary>Drops those that no test needs any more, if there are so many.</summary>
    public static async Task Drop(int atLeast = 1)
    {
        TestDatabase[] some;
        lock (Left)
        {
            if (Left.Count < atLeast)
                return;
            some = [.. Left];
            Left.Clear();
        }

        for (var at = 0; at < some.Length; at++)
        {
            try
            {
                // Whoever came since.
                await some[at].End();
                await Execute(some[at]._server, $"drop database if exists {some[at].Name}");
            }
            catch (NpgsqlException e)
            {
                lock (Left)
                    Left.AddRange(some[(at + 1)..]);
                throw new InvalidOperationException(
                    $"The database {some[at].Name} of {some[at]._test} is not dropped.", e);
            }
        }
    }

    // Not "with (force)": only a superuser may force out an autovacuum that happens to be here. A plain drop cancels
    // that by itself, and gives the sessions ended here the seconds they need to go.
    Task End() => Execute(
        _server,
        $"""
         select pg_terminate_backend(pid) from pg_stat_activity where datname = '{Name}'
           and pg_has_role(usesysid, 'usage')
         """);

    /// <summary>Ends the connections of this process to it.</summary>
    public async Task Leave()
    {
        await DataSource.DisposeAsync();
        await using var pooled = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(pooled);
    }

    static async Task Execute(string server, string sql)
    {
        await using var command = Servers.GetOrAdd(server, NpgsqlDataSource.Create).CreateCommand(sql);
        // What the server has to write down takes its time where others write too.
        command.CommandTimeout = 180;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What a test needs is not here: skipped on a laptop, a failure where <c>CI</c> is <c>true</c>.</summary>
    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
