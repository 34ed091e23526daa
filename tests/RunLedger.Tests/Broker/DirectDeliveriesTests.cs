using System.Diagnostics;
using RabbitMQ.Client;
using RunLedger.Broker;

namespace RunLedger.Tests.Broker;

public sealed class DirectDeliveriesTests
{
    static readonly Delivery Any = new("exchange", new BasicProperties(), default);

    readonly HashSet<ulong> _acknowledged = [];
    readonly List<Action<Exception?>> _taken = [];
    readonly List<ulong> _pipeline = [];
    readonly DirectDeliveries _direct;
    bool _takes = true;

    public DirectDeliveriesTests()
    {
        var acknowledgements = new Acknowledgements((delivery, multiple) =>
        {
            for (var each = multiple ? 1 : delivery; each <= delivery; each++)
                _acknowledged.Add(each);
            return default;
        });
        _direct = new DirectDeliveries(
            (_, settle) =>
            {
                if (_takes)
                    _taken.Add(settle);
                return _takes;
            },
            acknowledgements);
    }

    [Fact]
    public async Task What_is_taken_is_acknowledged_once_it_is_settled_and_not_before()
    {
        Assert.True(Take(1));
        Assert.Empty(_acknowledged);

        _taken[0](null);

        await _direct.Stop().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal([1UL], _acknowledged);
        Assert.Empty(_pipeline);
    }

    [Fact]
    public async Task What_fails_is_the_pipelines_and_is_not_acknowledged()
    {
        Assert.True(Take(1));

        _taken[0](new InvalidOperationException());

        await _direct.Stop().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal([1UL], _pipeline);
        Assert.Empty(_acknowledged);
    }

    [Fact]
    public async Task What_fails_is_the_pipelines_outside_of_the_commit_it_failed_in()
    {
        using var commit = new Activity("commit").Start();
        Activity? within = commit;
        Assert.True(_direct.TryTake(1, Any, () => within = Activity.Current));

        _taken[0](new InvalidOperationException());

        await _direct.Stop().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Null(within);
    }

    [Fact]
    public async Task To_stop_waits_for_all_that_was_taken_and_takes_no_more()
    {
        Assert.True(Take(1));
        Assert.True(Take(2));

        var stopped = _direct.Stop();
        Assert.False(Take(3));
        _taken[1](null);
        Assert.False(stopped.IsCompleted);
        _taken[0](null);

        await stopped.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal([1UL, 2UL], _acknowledged.Order());
        Assert.Same(stopped, _direct.Stop());
    }

    [Fact]
    public void What_is_not_taken_is_in_nobodys_way()
    {
        _takes = false;
        Assert.False(Take(1));

        Assert.True(_direct.Stop().IsCompleted);
    }

    [Fact]
    public void What_cannot_even_be_looked_at_is_the_pipelines()
    {
        var direct = new DirectDeliveries((_, _) => throw new InvalidOperationException(), new((_, _) => default));

        Assert.False(direct.TryTake(1, Any, () => { }));

        Assert.True(direct.Stop().IsCompleted);
    }

    bool Take(ulong tag) => _direct.TryTake(tag, Any, () => _pipeline.Add(tag));
}
