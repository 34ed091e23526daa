using Npgsql;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Scheduling;
using RunLedger.Storage.Postgres;
using RunLedger.Storage.Rows;

namespace RunLedger.IntegrationTests.Scheduling;

/// <summary>Two that write or claim at the same moment.</summary>
public sealed class ScheduleRaceTests : IAsyncLifetime
{
    static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);
    PostgresTestStore _store = null!;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await PostgresTestStore.Open();

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_cancellation_meets_the_message_that_another_replica_is_about_to_commit()
    {
        var token = Guid.CreateVersion7();
        await using var connection = await _store.Database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using (var batch = connection.CreateBatch())
        {
            ScheduleSql.Add(batch, [Row(token)]);
            await batch.ExecuteNonQueryAsync(Cancel);
        }

        var cancelling = _store.Schedule.Write(
            new([], [new ScheduleCancellation(token, Noon.AddSeconds(1))], []), Noon, Cancel);
        await WaitingForALock(1);
        await transaction.CommitAsync(Cancel);
        await cancelling;

        await using var claim = await _store.Schedule.Claim(Noon, 10, new ClaimFilter([], []), Cancel);
        Assert.Empty(claim.Rows);
    }

    [Fact]
    public async Task A_cancellation_of_a_message_that_is_being_sent_holds_if_the_sending_fails()
    {
        var token = Guid.CreateVersion7();
        await _store.Schedule.Write(new([Row(token)], [], []), Noon, Cancel);
        var claim = await _store.Schedule.Claim(Noon, 10, new ClaimFilter([], []), Cancel);

        var cancelling = _store.Schedule.Write(
            new([], [new ScheduleCancellation(token, Noon)], []), Noon, Cancel);
        await WaitingForALock(1);
        await claim.DisposeAsync();
        await cancelling;

        Assert.Null(await NextDue());
    }

    [Fact]
    public async Task Eight_dispatchers_take_every_message_once_and_every_run_in_its_order()
    {
        Guid[] runs = [.. Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7())];
        ScheduledRow[] rows = [.. Enumerable.Range(0, 2_000)
            .Select(n => Row(Guid.CreateVersion7()) with { RunId = n % 4 == 0 ? null : runs[n % 20] })];
        foreach (var chunk in rows.Chunk(250))
            await _store.Schedule.Write(new(chunk, [], []), Noon, Cancel);
        var taken = new List<ScheduledRow>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(DispatchAsync)));

        Assert.Equal(rows.Length, taken.Count);
        Assert.Equal(rows.Length, taken.DistinctBy(row => row.Token).Count());
        foreach (var run in taken.Where(row => row.RunId is not null).GroupBy(row => row.RunId))
        {
            Assert.Equal(
                rows.Where(row => row.RunId == run.Key).Select(row => row.Token), run.Select(row => row.Token));
        }

        async Task DispatchAsync()
        {
            while (await NextDue() is not null)
            {
                await using var claim = await _store.Schedule.Claim(Noon, 37, new ClaimFilter([], []), Cancel);
                // Sent: between the claim and its commit.
                lock (taken)
                    taken.AddRange(claim.Rows);
                var result = new ClaimResult();
                result.Gone.AddRange(claim.Rows.Select(row => row.Token));
                await claim.Settle(result, Cancel);
            }
        }
    }

    Task<DateTime?> NextDue() => _store.Schedule.NextDue(new ClaimFilter([], []), Cancel);

    static ScheduledRow Row(Guid token) => new()
    {
        Token = token,
        DueAt = Noon,
        SentAt = Noon,
        MessageTypes = "urn:message:Some:Thing",
        MessageId = token,
    };

    async Task WaitingForALock(int sessions) => await Support.Eventually.Async(
        async () => await _store.Query(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
            is [var count] && count == $"{sessions}" ? null : "nobody waits for a lock",
        TimeSpan.FromSeconds(20));
}
