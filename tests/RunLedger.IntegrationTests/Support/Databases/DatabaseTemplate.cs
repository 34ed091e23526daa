using System.Collections.Concurrent;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Schema;
using Xunit;

[assembly: AssemblyFixture(typeof(DatabaseTemplate))]

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>
/// A database with the schema, of which those of the tests are copies: made once for each server, dropped at the end.
/// </summary>
public sealed class DatabaseTemplate : IAsyncDisposable
{
    static readonly ConcurrentDictionary<string, Lazy<Task<TestDatabase>>> Made = new(StringComparer.Ordinal);

    internal static async Task<string> Of(string server) =>
        (await Made.GetOrAdd(server, _ => new(() => Make(server))).Value).Name;

    public async ValueTask DisposeAsync()
    {
        foreach (var made in Made.Values)
        {
            if (made.Value.IsCompletedSuccessfully)
                await (await made.Value).DisposeAsync();
        }

        await TestDatabase.Drop();
    }

    static async Task<TestDatabase> Make(string server)
    {
        var database = await TestDatabase.Create();
        await new LedgerSchema(database.ConnectionString).Apply();
        await ServiceLogin.Admit(server, database.ConnectionString);
        // Nobody may be in it while it is copied.
        await database.Leave();
        return database;
    }
}
