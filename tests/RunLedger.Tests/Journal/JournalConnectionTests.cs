using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;
using RunLedger.Journal;

namespace RunLedger.Tests.Journal;

public sealed class JournalConnectionTests
{
    /// <summary>As RabbitMQ 3.10 and 4.3 say it.</summary>
    [Theory]
    [InlineData("PRECONDITION_FAILED - queue 's' in vhost '/' does not have a replica on the local node")]
    [InlineData("PRECONDITION_FAILED - stream 's' does not have a running replica on the local node")]
    public async Task A_node_without_a_copy_is_no_reason_to_give_up_and_says_to_name_all_hosts(string text)
    {
        var refused = Refused(Constants.PreconditionFailed, text);
        await using var connection = new JournalConnection(BrokerAddress.Parse("amqp://a,b/"), "s");

        Assert.True(JournalConnection.IsElsewhere(refused));
        Assert.True(JournalConnection.MayPass(refused));
        Assert.Contains(
            "name all hosts of the cluster", connection.Describe(refused, CancellationToken.None),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Constants.NotFound, false)]
    [InlineData(Constants.AccessRefused, false)]
    [InlineData(Constants.PreconditionFailed, false)]
    [InlineData(Constants.InternalError, true)]
    [InlineData(Constants.ConnectionForced, true)]
    public void What_was_asked_for_wrongly_stays_wrong_and_a_node_that_fails_is_asked_again(int code, bool passes) =>
        Assert.Equal(passes, JournalConnection.MayPass(Refused((ushort)code, "no")));

    [Fact]
    public async Task A_broker_that_is_connected_and_says_nothing_is_described_and_what_the_caller_ends_is_not()
    {
        await using var connection = new JournalConnection(BrokerAddress.Parse("amqp://a/"), "s");
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();

        Assert.EndsWith(
            "does not answer.", connection.Describe(new TaskCanceledException(), CancellationToken.None),
            StringComparison.Ordinal);
        Assert.True(JournalConnection.MayPass(new TaskCanceledException()));
        Assert.Null(connection.Describe(new TaskCanceledException(), ended.Token));
    }

    static OperationInterruptedException Refused(ushort code, string text) =>
        new(new ShutdownEventArgs(ShutdownInitiator.Peer, code, text));
}
