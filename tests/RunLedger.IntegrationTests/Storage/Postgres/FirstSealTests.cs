using Npgsql;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Sealing;
using RunLedger.Storage.Postgres;
using RunLedger.Storage.Rows;

namespace RunLedger.IntegrationTests.Storage.Postgres;

/// <summary>Several commits are the first that are sealed, in one process or in several.</summary>
public sealed class FirstSealTests : IAsyncLifetime
{
    TestDatabase _database = null!;
    NpgsqlDataSource _source = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.Create(applySchema: true);
        _source = LedgerStore.Connect(_database.ServiceConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Who_comes_second_begins_no_epoch_of_its_own()
    {
        await using var other = await _source.OpenConnectionAsync(Stop);
        await using var first = await other.BeginTransactionAsync(Stop);
        var (seals, leaves) = (new CommitSeals(TimeProvider.System), new LeafList());
        Assert.True(await other.Begin(seals, leaves, Stop));
        Assert.Equal(1, leaves.Count);

        var second = _source.InSealed(
            new CommitSeals(TimeProvider.System),
            (_, own) =>
            {
                own.Run(null, Run());
                return Task.FromResult(0);
            },
            Stop);
        await Eventually.Async(
            async () => (await _database.List("select 'waits' from pg_stat_activity where wait_event_type = 'Lock' "
                + "and datname = current_database()")).Count == 1 ? null : "nobody waits",
            TimeSpan.FromSeconds(20));
        await other.Seal(seals, leaves, Stop);
        await first.CommitAsync(Stop);
        await second;

        // One leaf of the epoch, one of the run.
        Assert.Equal(["1", "1"], await _database.List("select leaf_count::text from sealed_commit order by seq"));
    }

    [Fact]
    public async Task A_batch_that_loaded_before_the_epoch_began_is_sealed_after_it()
    {
        await using var early = await Batch();
        await using var late = await Batch();

        await late.Commit(Changes(), Stop);
        await early.Commit(Changes(), Stop);

        Assert.Equal(["2", "1"], await _database.List("select leaf_count::text from sealed_commit order by seq"));
    }

    Task<ILedgerBatch> Batch() =>
        new LedgerStore(_source, new(TimeProvider.System)).Begin(new([], [], [], []), Stop);

    static LedgerChanges Changes()
    {
        var changes = new LedgerChanges(new(), new(), []);
        changes.Runs.Inserted.Add(Run());
        return changes;
    }

    static RunRow Run() => new()
    {
        ProcessRunId = Guid.CreateVersion7(),
        ProcessCandidateCode = "P",
        CorrelationId = "c",
        SourceSystem = "dot_runtime",
        Status = RunStatus.Started,
    };
}
