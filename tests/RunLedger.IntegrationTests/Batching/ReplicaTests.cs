using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing;
using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.IntegrationTests.Batching;

/// <summary>Two replicas that commit to one database at once.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
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
    public async Task Runs_that_both_create_hold_what_each_was_told()
    {
        var runs = Many(200);

        await Task.WhenAll(
            Each(_one, runs.Select(run => run.Started() with { InputRef = "in" })),
            Each(_other, runs.Select(run => run.Completed() with { OutputRef = "out" })));

        Assert.Equal(
            ["200"],
            await _store.Query(
                "select count(*) from process_run_observation "
                + "where status = 'completed' and input_ref = 'in' and output_ref = 'out' and started_at is not null"));
        await _store.SameAsOneAfterTheOther(
            [.. runs.Select(run => run.Started() with { InputRef = "in" }),
             .. runs.Select(run => run.Completed() with { OutputRef = "out" })]);
    }

    [Fact]
    public async Task A_key_both_give_at_once_names_one_run()
    {
        var all = new List<RunObservation>();
        for (var round = 0; round < 20; round++)
        {
            var key = $"k{round}";
            RunObservation mine = Some.Run().Started() with { IdempotencyKey = key };
            RunObservation yours = new Some { Start = Some.Noon.AddSeconds(-1) }.Started() with
            {
                IdempotencyKey = key,
            };
            all.AddRange([mine, yours]);

            await Task.WhenAll(_one.Commit(mine), _other.Commit(yours));
        }

        Assert.Equal(["20"], await _store.Query("select count(*) from process_run_observation"));
        await _store.SameAsOneAfterTheOther(all);
    }

    [Fact]
    public async Task Crossing_runs_in_opposite_orders_lose_no_update_and_fail_no_message()
    {
        var runs = Many(60);
        var steps = runs.ConvertAll(_ => Guid.CreateVersion7());
        var all = Enumerable.Range(0, 60).SelectMany(n => (RunObservation[])
        [
            runs[n].Started(),
            runs[n].StepStarted(steps[n]),
            runs[n].Heartbeat(),
            // Neighbours turn out to be one run, three at a time.
            runs[n].Observed() with { IdempotencyKey = $"k{n / 3}" },
            runs[n].StepCompleted(steps[n]) with { IdempotencyKey = $"s{n / 2}" },
            runs[n].Completed(),
        ]).ToList();

        await Task.WhenAll(Each(_one, all), Each(_other, all.AsEnumerable().Reverse()));

        await _store.SameAsOneAfterTheOther(all);
    }

    [Fact]
    public async Task An_id_that_becomes_an_alias_while_it_becomes_a_run_is_one_of_them()
    {
        var all = new List<RunObservation>();
        for (var round = 0; round < 30; round++)
        {
            var (run, again) = (Some.Run(), Some.Run());
            RunObservation first = run.Started() with { IdempotencyKey = $"k{round}" };
            RunObservation link = again.Observed() with { IdempotencyKey = $"k{round}" };
            RunObservation plain = again.Completed();
            all.AddRange([first, link, plain]);
            await _one.Commit(first);

            await Task.WhenAll(_one.Commit(link), _other.Commit(plain));
        }

        Assert.Empty(await _store.Query(
            "select alias_id from process_run_alias join process_run_observation r on r.process_run_id = alias_id"));
        await _store.SameAsOneAfterTheOther(all);
    }

    [Fact]
    public async Task A_connection_that_dies_while_rows_are_loaded_loses_and_doubles_nothing()
    {
        var run = Some.Run();
        await _one.Commit(run.Started());
        await using var blocker = await _store.Database.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await blocker.BeginTransactionAsync(Cancelled);
        await using var command = blocker.CreateCommand();
        command.CommandText = "select 1 from process_run_observation for update";
        await command.ExecuteNonQueryAsync(Cancelled);

        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var ledger = new FoldingLedger(_store.Replica(), time);
        var completed = ledger.Commit(run.Completed());
        await Terminated("wait_event_type = 'Lock'");
        await transaction.RollbackAsync(Cancelled);
        await Passed(time, completed);

        Assert.Equal(["completed"], await _store.Query("select status from process_run_observation"));
        Assert.True(ledger.Store.Begun > 1, "The batch was not taken again.");
        await _store.SameAsOneAfterTheOther([run.Started(), run.Completed()]);
    }

    [Fact]
    public async Task Connections_that_die_under_load_lose_and_double_nothing()
    {
        var runs = Many(300);
        List<RunObservation> all = [.. runs.Select(run => run.Started()), .. runs.Select(run => run.Completed())];
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var ledger = new FoldingLedger(_store.Replica(), time);

        var committed = Each(ledger, all);
        for (var deaths = 0; deaths < 5; deaths++)
            await Passed(time, Terminated("pid <> pg_backend_pid() and application_name = 'run-ledger'", committed));
        await Passed(time, committed);

        await _store.SameAsOneAfterTheOther(all);
    }

    static List<Some> Many(int count) => [.. Enumerable.Range(0, count).Select(_ => Some.Run())];

    /// <summary>Four at a time, so that there are many small batches to cross.</summary>
    static Task Each(FoldingLedger ledger, IEnumerable<RunObservation> messages) => Parallel.ForEachAsync(
        messages,
        new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
        async (message, _) => await ledger.Commit(message));

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A backend of this database was ended, or there was none until <paramref name="over"/>.</summary>
    async Task Terminated(string which, Task? over = null)
    {
        var sql = "select pg_terminate_backend(pid) from pg_stat_activity "
            + $"where datname = current_database() and {which} limit 1";
        while (over is not { IsCompleted: true } && (await _store.Query(sql)).Count == 0)
            await Task.Yield();
    }

    /// <summary>Lets time pass until the work is done.</summary>
    static async Task Passed(FakeTimeProvider time, Task work)
    {
        while (!work.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled));
        }

        await work;
    }
}
