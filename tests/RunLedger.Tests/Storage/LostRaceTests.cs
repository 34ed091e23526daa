using Microsoft.Extensions.Logging.Abstractions;
using RunLedger.Batching;
using RunLedger.Storage;

namespace RunLedger.Tests.Storage;

/// <summary>Other replicas that are quicker, again and again.</summary>
public sealed class LostRaceTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(4)]
    [InlineData(30)]
    public async Task A_race_lost_many_times_is_no_message_s_fault(int times)
    {
        var commits = 0;
        await using var loop = Loop(_ => ++commits > times ? Task.CompletedTask : throw Conflict());
        var item = new Item();

        await loop.Enqueue(item).WaitAsync(Limit, TestContext.Current.CancellationToken);

        Assert.Equal(times + 1, commits);
    }

    [Fact]
    public async Task One_that_is_lost_for_ever_is_given_back_and_the_next_has_its_turn()
    {
        Item hopeless = new(), next = new();
        await using var loop = Loop(items => items.Contains(hopeless) ? throw Conflict() : Task.CompletedTask);

        var given = loop.Enqueue(hopeless);
        await loop.Enqueue(next).WaitAsync(Limit, TestContext.Current.CancellationToken);

        var back = await Assert.ThrowsAsync<RequeueException>(() => given);
        Assert.Equal("Others were quicker 50 times: key", back.Message);
    }

    static BatchLoop<Item> Loop(Func<List<Item>, Task> commit) => new(
        maxCount: 10,
        maxBytes: long.MaxValue,
        async items =>
        {
            await commit(items);
            items.ForEach(item => item.Complete());
        },
        (item, exception) => item.Fail(exception),
        new Hasty(),
        NullLogger.Instance,
        lifetime: null);

    static StoreException Conflict() => new(StoreFault.Conflict, new InvalidOperationException("key"));

    /// <summary>A clock on which nobody waits.</summary>
    sealed class Hasty : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    sealed class Item : IPending
    {
        readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Guid? Exclusive => null;
        public long Bytes => 1;
        public Task Done => _done.Task;

        public void Complete() => _done.TrySetResult();

        public void Fail(Exception exception) => _done.TrySetException(exception);
    }
}
