using CsCheck;
using Npgsql;
using RunLedger.Contracts;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Batching;

/// <summary>Two replicas on one database, brought to the same place at the same moment.</summary>
public sealed class RaceTests : IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    PostgresTestStore _store = null!;
    FoldingLedger _one = null!;
    FoldingLedger _other = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await PostgresTestStore.Open();
        _one = new FoldingLedger(_store.Replica());
        _other = new FoldingLedger(_store.Replica());
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is null)
            return;
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task The_replica_that_creates_a_run_second_folds_its_message_into_the_row_of_the_first()
    {
        var run = Some.Run();

        await Overtaken(run.Completed(), by: run.Started());

        Assert.Equal(2, _other.Store.Begun);
        await _store.SameAsOneAfterTheOther([run.Started(), run.Completed()]);
    }

    [Fact]
    public async Task Components_of_two_runs_that_share_a_key_are_one_component()
    {
        var (run, another) = (Some.Run(), Some.Run());
        RunObservation first = run.StepStarted(Guid.CreateVersion7()) with { IdempotencyKey = "k" };
        RunObservation second = another.StepFailed(Guid.CreateVersion7()) with { IdempotencyKey = "k" };

        await Overtaken(second, by: first);

        Assert.Equal(["1"], await _store.Query("select count(*) from process_component_observation"));
        await _store.SameAsOneAfterTheOther([first, second]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_id_is_never_an_alias_and_a_run_at_once(bool aliasFirst)
    {
        var (kept, linked) = (Some.Run(), Some.Run());
        RunObservation start = kept.Started() with { IdempotencyKey = "k" };
        RunObservation link = linked.Heartbeat() with { IdempotencyKey = "k" };
        await _one.Commit(start);

        await (aliasFirst ? Overtaken(linked.Completed(), by: link) : Overtaken(link, by: linked.Completed()));

        Assert.Equal([$"{kept.Id}"], await _store.Query("select process_run_id from process_run_observation"));
        await _store.SameAsOneAfterTheOther([start, link, linked.Completed()]);
    }

    [Fact]
    public async Task A_message_that_waits_for_a_run_that_is_merged_away_follows_it()
    {
        var (gone, kept) = (Some.Run(), Some.Run());
        RunObservation[] before = [gone.Completed(), kept.Started() with { IdempotencyKey = "k" }];
        foreach (var message in before)
            await _one.Commit(message);
        RunObservation merge = gone.Heartbeat() with { IdempotencyKey = "k" };
        var step = gone.StepCompleted(Guid.CreateVersion7());

        var waiting = Task.CompletedTask;
        await _one.Commit(merge, async () =>
        {
            waiting = _other.Commit(step);
            await Waits();
        });
        await waiting.WaitAsync(Limit);

        await _store.SameAsOneAfterTheOther([.. before, merge, step]);
    }

    [Fact]
    public async Task A_message_follows_a_run_that_moves_again_while_it_is_waited_for()
    {
        var (first, second, last, named) = (Some.Run(), Some.Run(), Some.Run(), Some.Run());
        foreach (var run in (Some[])[first, second, last])
            await _one.Commit(run.Started());
        await _store.Database.Execute($"insert into process_run_alias values ('{named.Id}', '{first.Id}')");
        // What other replicas do, held where it hurts: each has a row and moves it on when the message waits for it.
        await using var holdsFirst = await Holding(first);
        await using var holdsSecond = await Holding(second);

        var committed = _other.Commit(named.Completed());
        await Waits(holdsFirst.Connection!.ProcessID);
        await Move(holdsFirst, first, second);
        await Waits(holdsSecond.Connection!.ProcessID);
        await Move(holdsSecond, second, last);
        await committed.WaitAsync(Limit);

        Assert.Equal(
            [$"{last.Id}|completed"], await _store.Query("select process_run_id, status from process_run_observation"));
        Assert.Equal(
            [$"3|{last.Id}"], await _store.Query("select count(*), process_run_id from process_run_alias group by 2"));
    }

    [Fact]
    public Task Whatever_both_take_at_once_the_rows_are_those_of_one_after_the_other() =>
        ObservationGen.Twice.SampleAsync(
            async set =>
            {
                await _store.Database.Execute(
                    "truncate process_run_observation, process_run_alias, process_run_key, process_component_alias, "
                    + "process_component_key, run_status_count cascade");
                await Task.WhenAll([.. set.Once.Select(_one.Commit), .. set.Again.Select(_other.Commit)])
                    .WaitAsync(Limit);
                await _store.SameAsOneAfterTheOther(set.Once);
            },
            iter: 40,
            threads: 1);

    /// <summary>The other replica has loaded its rows, and before it writes this one commits.</summary>
    async Task Overtaken(RunObservation message, RunObservation by)
    {
        var overtaken = false;
        var overtaking = Task.CompletedTask;
        await _other.Commit(message, async () =>
        {
            if (overtaken)
                return;
            overtaken = true;
            overtaking = _one.Commit(by);
            // It is done, or waits for what we hold.
            await Task.WhenAny(overtaking, Waits());
        }).WaitAsync(Limit);
        await overtaking.WaitAsync(Limit);
    }

    /// <summary>A session of this database waits for a lock, of a given holder where there is one.</summary>
    Task Waits(int? holder = null) => Eventually.Async(
        async () => (await _store.Query(
            "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' "
            + (holder is null ? "" : $"and {holder} = any (pg_blocking_pids(pid))"))).Count > 0
            ? null
            : "nobody waits for a lock",
        Limit);

    async Task<NpgsqlTransaction> Holding(Some run)
    {
        var connection = await _store.Database.DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await Run(
            transaction, $"select from process_run_observation where process_run_id = '{run.Id}' for no key update");
        return transaction;
    }

    static async Task Move(NpgsqlTransaction transaction, Some from, Some to)
    {
        await Run(transaction, $"""
            update process_run_alias set process_run_id = '{to.Id}' where process_run_id = '{from.Id}';
            insert into process_run_alias values ('{from.Id}', '{to.Id}');
            delete from process_run_observation where process_run_id = '{from.Id}';
            """);
        await transaction.CommitAsync();
    }

    static async Task Run(NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await command.ExecuteNonQueryAsync();
    }
}
