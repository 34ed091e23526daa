namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>A database that the tests of a class only read, filled once.</summary>
public abstract class SharedDatabase : IAsyncDisposable
{
    Task<TestDatabase>? _filled;

    /// <summary>
    /// With the first who asks; not with the fixture, where a server that is missing could not skip the tests.
    /// </summary>
    internal Task<TestDatabase> Open() => _filled ??= Begin();

    public async ValueTask DisposeAsync()
    {
        if (_filled is { IsCompletedSuccessfully: true })
            await (await _filled).DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task Fill(TestDatabase database);

    async Task<TestDatabase> Begin()
    {
        var database = await TestDatabase.Create(applySchema: true);
        try
        {
            await Fill(database);
            await database.Execute("vacuum analyze");
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }
}
