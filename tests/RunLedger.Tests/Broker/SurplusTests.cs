using System.Reflection;
using RabbitMQ.Client;
using RunLedger.Broker;

namespace RunLedger.Tests.Broker;

/// <summary>More messages than are prefetched, while they are small.</summary>
public sealed class SurplusTests
{
    const int More = 2_000;

    readonly Channel _channel;
    readonly Surplus _surplus;

    public SurplusTests()
    {
        var channel = DispatchProxy.Create<IChannel, Channel>();
        _channel = (Channel)(object)channel;
        _surplus = new Surplus(channel, "run-ledger", More, new AsyncDefaultBasicConsumer(channel));
    }

    [Fact]
    public void A_second_consumer_begins_once_a_window_of_small_messages_was_seen()
    {
        Deliver(Surplus.Window - 1, bytes: 500);
        Assert.Empty(_channel.Said);

        Deliver(1_000, bytes: 500);

        Assert.Equal([$"qos {More}", "consume run-ledger"], _channel.Said);
    }

    [Fact]
    public void It_does_not_begin_where_messages_are_large()
    {
        Deliver(10 * Surplus.Window, bytes: Surplus.Small / 2);

        Assert.Empty(_channel.Said);
    }

    [Fact]
    public void It_ends_soon_after_messages_become_large_and_begins_again_when_they_are_small()
    {
        Deliver(Surplus.Window, bytes: 500);

        Deliver(20, bytes: 400_000);
        Assert.Equal($"cancel {_channel.Tags[^1]}", _channel.Said[^1]);

        Deliver(10 * Surplus.Window, bytes: 500);
        Assert.Equal("consume run-ledger", _channel.Said[^1]);
    }

    [Fact]
    public void One_large_message_among_small_ones_changes_nothing()
    {
        Deliver(2 * Surplus.Window, bytes: 500);
        Deliver(1, bytes: 1_000_000);
        Deliver(2 * Surplus.Window, bytes: 500);

        Assert.Equal([$"qos {More}", "consume run-ledger"], _channel.Said);
    }

    [Fact]
    public async Task One_that_was_told_to_stop_is_cancelled_and_does_not_begin_again()
    {
        Deliver(Surplus.Window, bytes: 500);

        await _surplus.Stop();
        Deliver(2 * Surplus.Window, bytes: 500);

        Assert.Equal($"cancel {_channel.Tags[^1]}", _channel.Said[^1]);
        Assert.Equal(3, _channel.Said.Count);
    }

    [Fact]
    public async Task One_that_is_about_to_begin_when_it_is_told_to_stop_is_cancelled_when_it_has()
    {
        _channel.Answer = new TaskCompletionSource<string>();
        Deliver(Surplus.Window, bytes: 500);

        var stopped = _surplus.Stop();
        Assert.False(stopped.IsCompleted);
        _channel.Answer.SetResult("");
        await stopped;

        Assert.Equal($"cancel {_channel.Tags[^1]}", _channel.Said[^1]);
    }

    [Fact]
    public async Task One_that_the_broker_answers_too_late_is_ended_and_another_begins_later()
    {
        _channel.Answer = new TaskCompletionSource<string>();
        _channel.Answer.SetException(new TimeoutException());

        Deliver(Surplus.Window, bytes: 500);
        Assert.Equal($"cancel {_channel.Tags[^1]}", _channel.Said[^1]);

        _channel.Answer = null;
        Deliver(Surplus.Window, bytes: 500);
        Assert.Equal("consume run-ledger", _channel.Said[^1]);
        await _surplus.Stop();
        Assert.Equal($"cancel {_channel.Tags[^1]}", _channel.Said[^1]);
    }

    void Deliver(int times, int bytes)
    {
        for (var time = 0; time < times; time++)
            _surplus.Delivered(bytes);
    }

    /// <summary>Notes what is said to it; of the client's own extensions each ends in one of these.</summary>
    public class Channel : DispatchProxy
    {
        public List<string> Said { get; } = [];
        public List<string> Tags { get; } = [];

        public TaskCompletionSource<string>? Answer { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case nameof(IChannel.BasicQosAsync):
                    Said.Add($"qos {args![1]}");
                    return Task.CompletedTask;
                case nameof(IChannel.BasicConsumeAsync):
                    Said.Add($"consume {args![0]}");
                    Tags.Add((string)args[2]!);
                    return Answer?.Task ?? Task.FromResult(Tags[^1]);
                case nameof(IChannel.BasicCancelAsync):
                    Said.Add($"cancel {args![0]}");
                    return Task.CompletedTask;
                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }
}
