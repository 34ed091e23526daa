using System.Globalization;
using Npgsql;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>
/// Stops services at a chosen statement: a trigger waits, in their transaction, until the gate is opened. What a test
/// does in the meantime it does in the middle of theirs, however fast the machine is.
/// </summary>
sealed class Gate : IAsyncDisposable
{
    const int Key = 5302118;

    readonly NpgsqlDataSource _database;
    readonly NpgsqlConnection _holder;

    Gate(NpgsqlDataSource database, NpgsqlConnection holder) => (_database, _holder) = (database, holder);

    /// <param name="database">As its owner.</param>
    /// <param name="trigger">When to look, such as <c>after delete on some_table for each row</c>.</param>
    /// <param name="condition">When to wait.</param>
    public static async Task<Gate> Close(NpgsqlDataSource database, string trigger, string condition = "true")
    {
        var gate = new Gate(database, await database.OpenConnectionAsync());
        await using var close = gate._holder.CreateCommand();
        close.CommandText = $"""
            create function gate() returns trigger language plpgsql as $$ begin
              if {condition} then perform pg_advisory_xact_lock_shared({Key}); end if;
              return null;
            end $$;
            create trigger gate {trigger} execute function gate();
            select pg_advisory_lock({Key})
            """;
        await close.ExecuteNonQueryAsync();
        return gate;
    }

    /// <summary>Of a service that waits at a gate for as long as a test needs, and does not try again.</summary>
    public static Dictionary<string, string> Patient(LedgerSite site, Dictionary<string, string> settings) =>
        new(settings) { ["ConnectionStrings__Postgres"] = $"{site.Postgres};Command Timeout=300" };

    /// <summary>So many sessions wait at it.</summary>
    public Task Holds(int sessions, Func<string> more) => Eventually.Async(
        async () =>
            await Held() is var held && held < sessions ? $"{held} of {sessions} sessions wait at the gate" : null,
        TimeSpan.FromSeconds(90),
        more);

    /// <summary>Nobody waits any more, and nobody will.</summary>
    public async Task Open()
    {
        await using var open = _holder.CreateCommand();
        // First who waits: they hold locks on the table of the trigger.
        open.CommandText = $"select pg_advisory_unlock({Key})";
        await open.ExecuteNonQueryAsync();
        await Drop();
    }

    /// <summary>The server has let go of all who held or waited.</summary>
    public Task Drop() => Execute("drop function gate cascade");

    public ValueTask DisposeAsync() => _holder.DisposeAsync();

    async Task<int> Held() => int.Parse(
        (await LedgerRows.List(
            _database,
            $"""
            select count(*)::text from pg_locks where locktype = 'advisory' and objid = {Key} and not granted
              and database = (select oid from pg_database where datname = current_database())
            """))[0],
        CultureInfo.InvariantCulture);

    async Task Execute(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
