using RunLedger.Broker;

namespace RunLedger.Tests.Broker;

/// <summary>What is written to the broker of deliveries that end in any order, while it is slow or at once.</summary>
public sealed class AcknowledgementsTests : IDisposable
{
    readonly List<(ulong Delivery, bool Multiple)> _written = [];
    readonly SemaphoreSlim _room = new(0);

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task What_ends_while_another_is_written_goes_together()
    {
        var acknowledgements = new Acknowledgements(Slowly);
        var first = acknowledgements.Add(1);
        await Begun(1);
        var others = All(acknowledgements, 4, 2, 3);
        _room.Release(2);
        await Task.WhenAll([first, .. others]);

        Assert.Equal([(1UL, false), (4UL, true)], _written);
    }

    [Fact]
    public async Task None_goes_with_others_past_one_that_is_open()
    {
        var acknowledgements = new Acknowledgements(Slowly);
        var first = acknowledgements.Add(1);
        await Begun(1);
        // The second is in hand.
        var others = All(acknowledgements, 3, 4, 5);
        _room.Release(4);
        await Task.WhenAll([first, .. others]);
        Assert.Equal([(1UL, false), (3UL, false), (4UL, false), (5UL, false)], _written);

        // Those that were acknowledged alone are past; the last that was not is named.
        var second = acknowledgements.Add(2);
        await Begun(5);
        var next = All(acknowledgements, 6, 7);
        _room.Release(2);
        await Task.WhenAll([second, .. next]);
        Assert.Equal([(2UL, false), (7UL, true)], _written[4..]);
    }

    [Fact]
    public async Task One_that_was_given_back_is_in_nobodys_way()
    {
        var acknowledgements = new Acknowledgements(Slowly);
        var first = acknowledgements.Add(1);
        await Begun(1);
        acknowledgements.Returned(2);
        var others = All(acknowledgements, 3, 4);
        _room.Release(2);
        await Task.WhenAll([first, .. others]);

        Assert.Equal([(1UL, false), (4UL, true)], _written);
    }

    [Fact]
    public async Task Who_waits_for_what_cannot_be_written_is_told_and_the_next_go_on()
    {
        var fails = true;
        var acknowledgements = new Acknowledgements((delivery, multiple) => fails
            ? ValueTask.FromException(new InvalidOperationException($"{delivery} {multiple}"))
            : ValueTask.CompletedTask);

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => acknowledgements.Add(1));
        fails = false;

        Assert.Equal("1 False", fault.Message);
        await acknowledgements.Add(2);
    }

    // The broker's own account of a channel: one named twice, or never handed out, would close it.
    [Fact]
    public async Task In_any_order_each_is_acknowledged_once_and_none_that_is_open()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var open = Enumerable.Range(1, 300).Select(n => (ulong)n).ToHashSet();
            var ended = new HashSet<ulong>();
            var acknowledgements = new Acknowledgements((delivery, multiple) =>
            {
                lock (open)
                {
                    Assert.Contains(delivery, open);
                    foreach (var one in open.Where(one => one == delivery || (multiple && one < delivery)).ToList())
                    {
                        Assert.Contains(one, ended);
                        open.Remove(one);
                    }
                }

                return ValueTask.CompletedTask;
            });
            var deliveries = open.OrderBy(n => n + (ulong)random.Next(1 + (round % 60))).ToArray();
            var written = new List<Task>();
            foreach (var delivery in deliveries)
            {
                lock (open)
                {
                    ended.Add(delivery);
                    if (random.Next(20) == 0)
                    {
                        open.Remove(delivery);
                        acknowledgements.Returned(delivery);
                        continue;
                    }
                }

                written.Add(acknowledgements.Add(delivery));
            }

            await Task.WhenAll(written);
            Assert.Empty(open);
        }
    }

    static Task[] All(Acknowledgements acknowledgements, params ulong[] deliveries) =>
        [.. deliveries.Select(acknowledgements.Add)];

    async ValueTask Slowly(ulong delivery, bool multiple)
    {
        lock (_written)
            _written.Add((delivery, multiple));
        await _room.WaitAsync();
    }

    async Task Begun(int count)
    {
        while (true)
        {
            lock (_written)
            {
                if (_written.Count == count)
                    return;
            }

            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
