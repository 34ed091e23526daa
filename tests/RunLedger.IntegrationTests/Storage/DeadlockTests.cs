using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Storage;

/// <summary>Of two transactions that wait for each other the database undoes one, which is done again.</summary>
public sealed class DeadlockTests : IAsyncLifetime
{
    TestDatabase _database = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.Create(applySchema: true);
        await _database.Execute("insert into sweep_mark (name, value) values ('one', ''), ('two', '')");
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task Both_are_done_in_the_end()
    {
        using var both = new Barrier(2);
        var attempts = 0;
        await Task.WhenAll(Task.Run(() => Write("one", "two")), Task.Run(() => Write("two", "one")));

        Assert.Equal(3, attempts);
        Assert.Equal(["++", "++"], await _database.List("select value from sweep_mark order by name"));

        async Task Write(string first, string second)
        {
            var tried = false;
            await new LedgerTransactions(_database.DataSource).InOne(
                async sql =>
                {
                    Interlocked.Increment(ref attempts);
                    await Add(sql, first);
                    // Each has its first by now, and wants that of the other.
                    if (!tried)
                        both.SignalAndWait(TimeSpan.FromSeconds(30), Token);
                    tried = true;
                    return await Add(sql, second);
                },
                Token);
        }

        static Task<int> Add(LedgerSql sql, string name) => sql.Run(
            "update sweep_mark set value = value || '+' where name = @name", Token, ("name", name));
    }
}
