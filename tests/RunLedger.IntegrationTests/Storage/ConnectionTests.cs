using Npgsql;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage;

/// <summary>
/// What the ledger asks of the line to its database, and what becomes of messages when the line breaks.
/// </summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    /// <summary>The plug's write and commit, which are answered after the batch began to wait.</summary>
    const int PlugTrips = 1;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    PostgresTestStore _store = null!;
    Wire _wire = null!;
    NpgsqlDataSource _source = null!;
    FoldingLedger _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await PostgresTestStore.Open();
        (_wire, var connectionString) = await Wire.To(_store.Database.ServiceConnectionString);
        _source = LedgerStore.Connect(connectionString);
        _ledger = new FoldingLedger(new LedgerStore(_source));
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is null)
            return;
        await _ledger.DisposeAsync();
        await _source.DisposeAsync();
        await _wire.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_costs_two_round_trips_and_as_many_statements_whatever_number_of_messages_is_in_it()
    {
        // Opens the connection, and prepares.
        await Cost(2);
        await Cost(2);
        var few = await Cost(2);
        var many = await Cost(150);

        Assert.Equal(few, many);
        Assert.Equal(2, many.RoundTrips);
        Assert.InRange(many.Statements, 3, 20);
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_neither_lost_nor_counted_twice()
    {
        var (run, linked) = (Some.Run(), Some.Run());
        RunObservation[] messages =
        [
            run.Started() with { IdempotencyKey = "k" },
            run.StepStarted(Guid.CreateVersion7()) with { IdempotencyKey = "s" },
            run.Completed(),
            // Two runs that become one, of which one moves.
            linked.Failed(),
            linked.Heartbeat() with { IdempotencyKey = "k" },
        ];

        foreach (var message in messages)
        {
            _wire.LoseAnswersToCommits(1);
            await _ledger.Commit(message).WaitAsync(Limit);
        }

        Assert.Equal(messages.Length, _wire.LostAnswers);
        await _store.SameAsOneAfterTheOther(messages);
    }

    [Fact]
    public async Task What_is_rejected_by_a_commit_whose_answer_is_lost_is_rejected_once()
    {
        var row =
            new RejectedRow { RejectedId = Guid.CreateVersion7(), Payload = [1], RejectedAt = Some.Noon.UtcDateTime };

        _wire.LoseAnswersToCommits(1);
        await _ledger.Reject(row).WaitAsync(Limit);

        Assert.Equal(1, _wire.LostAnswers);
        Assert.Equal([$"{row.RejectedId}"], await _store.Query("select rejected_id from rejected_observation"));
    }

    [Fact]
    public async Task A_session_ended_between_load_and_write_costs_nothing_but_time()
    {
        var (run, neighbour) = (Some.Run(), Some.Run());
        await _ledger.Commit(run.Observed());
        List<string> ended = [];

        await Task.WhenAll(
            _ledger.Commit(run.Started(), async () =>
            {
                if (ended.Count == 0)
                {
                    ended = await _store.Query(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        + "where datname = current_database() and state = 'idle in transaction'");
                }
            }),
            _ledger.Commit(neighbour.Started())).WaitAsync(Limit);

        Assert.Single(ended);
        await _store.SameAsOneAfterTheOther([run.Observed(), run.Started(), neighbour.Started()]);
    }

    [Fact]
    public async Task What_is_prepared_over_empty_tables_uses_their_indexes_when_they_have_grown()
    {
        var some = Enumerable.Range(0, 200).Select(_ => Guid.CreateVersion7()).ToArray();
        var changes = new LedgerChanges(new(), new(), []);
        changes.Runs.Updated.Add(new RunRow { ProcessRunId = some[0] });
        changes.Runs.Moved.Add((some[1], some[2]));
        changes.Runs.Removed.Add(some[1]);
        changes.Components.Updated.Add(new ComponentRow { ComponentRunId = some[3] });
        changes.Components.Moved.Add((some[4], some[5]));
        await using var connection = await _source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var batch = connection.CreateBatch();
        BatchWrite.Run(batch, LedgerBatch.BeginSql);
        BatchLoad.Add(batch, LedgerTable.Runs, some, ["key"]);
        BatchLoad.Add(batch, LedgerTable.Components, some, ["key"]);
        BatchWrite.Add(batch, changes);
        for (var at = 1; at < batch.BatchCommands.Count; at++)
            batch.BatchCommands[at].CommandText = $"explain {batch.BatchCommands[at].CommandText}";

        await using var reader = await batch.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var plans = new List<string>();
        while (await reader.NextResultAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                plans.Add(reader.GetString(0));
        }

        Assert.Contains(plans, line => line.Contains("Index", StringComparison.Ordinal));
        Assert.DoesNotContain(plans, line => line.Contains("Seq Scan on", StringComparison.Ordinal)
            || line.Contains("Hash Join", StringComparison.Ordinal)
            || line.Contains("Merge Join", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Statements_are_prepared_unless_the_connection_string_says_otherwise()
    {
        for (var time = 0; time < 3; time++)
            await _ledger.Commit(Some.Run().Started());
        await using var command = _source.CreateCommand("select count(*) from pg_prepared_statements");
        Assert.InRange((long)(await command.ExecuteScalarAsync())!, 5, 64);

        await using var unprepared = LedgerStore.Connect(
            _store.Database.ServiceConnectionString + ";Max Auto Prepare=0");
        Assert.Equal(0, new NpgsqlConnectionStringBuilder(unprepared.ConnectionString).MaxAutoPrepare);
    }

    // As when replicas deadlock; here one waits for longer than it may.
    [Fact]
    public async Task A_connection_whose_batch_failed_while_it_was_read_serves_the_next()
    {
        RunObservation[] started = [Some.Run().Started(), Some.Run().Started()];
        await _ledger.Together(started);
        await using var source = LedgerStore.Connect(
            $"{_store.Database.ServiceConnectionString};Maximum Pool Size=1;Options=-c lock_timeout=100ms");
        var store = new LedgerStore(source);
        BatchKeys both = new([.. started.Select(one => one.ProcessRunId).Order()], [], [], []),
            last = both with { Runs = both.Runs[1..] };
        await (await store.Begin(both, CancellationToken.None)).DisposeAsync();

        // What it asks for the second time is prepared. One row has come when the other one is waited for.
        await using (await _store.Ledger.Begin(last, CancellationToken.None))
        {
            var failed = await Assert.ThrowsAsync<StoreException>(() => store.Begin(both, CancellationToken.None));
            Assert.Equal(
                PostgresErrorCodes.LockNotAvailable, Assert.IsType<PostgresException>(failed.InnerException).SqlState);
        }

        await using var next = await store.Begin(both, CancellationToken.None);
        Assert.Equal(both.Runs, next.Runs.Rows.Select(row => row.Id));
    }

    /// <summary>Of a batch with so many runs: new ones, changed ones, and components.</summary>
    async Task<(int RoundTrips, int Statements)> Cost(int runs)
    {
        var known = Enumerable.Range(0, runs / 2).Select(_ => Some.Run()).ToList();
        await _ledger.Together([.. known.Select(run => run.Started())]);
        var (trips, statements) = (0, 0);
        List<RunObservation> messages =
        [
            .. known.SelectMany(run => (RunObservation[])[run.Completed(), run.StepStarted(Guid.CreateVersion7())]),
            .. known.Select(_ => Some.Run().Started() with { IdempotencyKey = $"{Guid.CreateVersion7()}" }),
        ];

        await _ledger.Together(() =>
        {
            (trips, statements) = (_wire.RoundTrips, _wire.Statements);
            return messages.Select(_ledger.Commit);
        });
        // What holds the batch until it is all there is loaded already; it has nothing to write and is rolled back.
        return (_wire.RoundTrips - trips - PlugTrips, _wire.Statements - statements);
    }
}
