using Npgsql;
using RunLedger.Contracts;
using RunLedger.GroupCommit;
using RunLedger.Tests;
using RunLedger.Tests.GroupCommit;

namespace RunLedger.IntegrationTests.GroupCommit;

/// <summary>What the ledger asks of the line to its database, and what becomes of messages when the line breaks.</summary>
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
        _source = PostgresStore.Connect(connectionString);
        _ledger = new FoldingLedger(new PostgresStore(_source));
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
    public async Task What_is_set_aside_by_a_commit_whose_answer_is_lost_is_set_aside_once()
    {
        var row = new RejectedRow { RejectedId = Guid.CreateVersion7(), Payload = [1], RejectedAt = Some.Noon.UtcDateTime };

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
    public async Task A_statement_that_was_prepared_over_an_empty_table_finds_its_rows_by_an_index_when_it_has_grown()
    {
        const string Question = "select component_run_id from process_component_archive where component_run_id = any (array(select unnest($1)))";
        await using var connection = await _source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        for (var time = 0; time < 10; time++)
            await Ask();
        await _store.Query(
            """
            insert into process_component_archive (component_run_id, process_run_id, correlation_id, status, source_system, created_at, archived_at)
            select gen_random_uuid(), gen_random_uuid(), 'c', 'completed', 'dot_runtime', now(), now() from generate_series(1, 50000)
            """);

        var before = await Read();
        await Ask();

        Assert.InRange(await Read() - before, 0, 1_000);

        async Task Ask()
        {
            await using var command = new NpgsqlCommand(Question, connection);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [Guid.CreateVersion7()] });
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // Rows that sequential scans of this transaction's session have read.
        async Task<long> Read()
        {
            await using var command = new NpgsqlCommand(
                "select pg_stat_force_next_flush(); select seq_tup_read from pg_stat_user_tables where relname = 'process_component_archive'", connection);
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            await reader.NextResultAsync(TestContext.Current.CancellationToken);
            await reader.ReadAsync(TestContext.Current.CancellationToken);
            return reader.GetInt64(0);
        }
    }

    [Fact]
    public async Task Statements_are_prepared_unless_the_connection_string_says_otherwise()
    {
        for (var time = 0; time < 3; time++)
            await _ledger.Commit(Some.Run().Started());
        await using var command = _source.CreateCommand("select count(*) from pg_prepared_statements");
        Assert.InRange((long)(await command.ExecuteScalarAsync())!, 5, 64);

        await using var unprepared = PostgresStore.Connect(_store.Database.ServiceConnectionString + ";Max Auto Prepare=0");
        Assert.Equal(0, new NpgsqlConnectionStringBuilder(unprepared.ConnectionString).MaxAutoPrepare);
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
