using RunLedger.Batching;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;
using RunLedger.Testing;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Batching;

/// <summary>A replica that stands still in the middle of a transaction, as SIGSTOP or a lost host makes it.</summary>
public sealed class FrozenReplicaTests : IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    PostgresTestStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await PostgresTestStore.Open();

    public ValueTask DisposeAsync() => _store?.DisposeAsync() ?? default;

    [Fact]
    public async Task Others_go_on_with_its_rows_and_it_learns_that_it_lost_them()
    {
        var run = Some.Run();
        await using var other = new FoldingLedger(_store.Replica());
        await other.Commit(run.Started());
        await using var frozen = await _store.Replica().Begin(
            new BatchKeys([run.Id], [], [], []), TestContext.Current.CancellationToken);

        await other.Commit(run.Completed()).WaitAsync(Limit);

        var lost = await Assert.ThrowsAsync<StoreException>(() => frozen.Commit(
            new LedgerChanges(new(), new(), []), TestContext.Current.CancellationToken));
        Assert.Equal(StoreFault.Unavailable, lost.Fault);
        Assert.Equal(["completed"], await _store.Query("select status from process_run_observation"));
    }

    [Fact]
    public async Task What_an_operator_does_is_not_kept_waiting_either()
    {
        await using var database = _store.Connect();
        var transactions = new LedgerTransactions(database);
        var frozen = new TaskCompletionSource();
        var held = transactions.InOne(
            async sql =>
            {
                await sql.Run("select pg_advisory_xact_lock(1)", CancellationToken.None);
                frozen.SetResult();
                return await _store.Query("select pg_advisory_lock(1), pg_advisory_unlock(1)");
            },
            CancellationToken.None);
        await frozen.Task.WaitAsync(Limit);

        await Assert.ThrowsAnyAsync<Exception>(() => held.WaitAsync(Limit));
    }

    [Fact]
    public async Task A_session_that_nobody_ends_is_said_in_words()
    {
        var run = Some.Run();
        await using var other = new FoldingLedger(_store.Replica());
        await other.Commit(run.Started());
        await using var session = await _store.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await session.BeginTransactionAsync();
        await using (var hold = session.CreateCommand())
        {
            hold.CommandText = "lock table process_run_observation";
            await hold.ExecuteNonQueryAsync();
        }

        await using var impatient =
            LedgerStore.Connect($"{_store.Database.ServiceConnectionString};Command Timeout=1");
        var held = await Assert.ThrowsAsync<StoreException>(() => new LedgerStore(impatient).Begin(
            new BatchKeys([run.Id], [], [], []), TestContext.Current.CancellationToken));

        Assert.Equal(StoreFault.Unavailable, held.Fault);
        Assert.Contains("pg_blocking_pids()", held.Message, StringComparison.Ordinal);
    }
}
