using RunLedger.Broker;

namespace RunLedger.Tests.Broker;

/// <summary>What is asked of the broker over one channel.</summary>
public sealed class OneByOneTests
{
    [Fact]
    public async Task One_request_is_under_way_at_a_time_and_one_that_fails_or_ends_late_holds_nobody_up_for_ever()
    {
        var requests = new OneByOne();
        var (underWay, most) = (0, 0);
        var answers = Enumerable.Range(0, 20).Select(_ => new TaskCompletionSource<int>()).ToList();

        var asked = answers.ConvertAll(answer => requests.Alone(async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            try
            {
                return await answer.Task;
            }
            finally
            {
                Interlocked.Decrement(ref underWay);
            }
        }));
        for (var at = answers.Count - 1; at >= 0; at--)
        {
            if (at % 3 == 0)
                answers[at].SetException(new ObjectDisposedException("channel"));
            else
                answers[at].SetResult(at);
        }

        for (var at = 0; at < asked.Count; at++)
        {
            var one = asked[at].WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            if (at % 3 == 0)
                await Assert.ThrowsAsync<ObjectDisposedException>(() => one);
            else
                Assert.Equal(at, await one);
        }

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_request_that_cannot_even_be_made_is_told_to_its_own_caller_only()
    {
        var requests = new OneByOne();

        var failed = requests.Alone(Task () => throw new ObjectDisposedException("channel"));
        var next = requests.Alone(() => Task.CompletedTask);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => failed);
        await next.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
