using System.Threading.Channels;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using RunLedger.Batching;
using RunLedger.Service.Intake;

namespace RunLedger.Tests.Intake;

public sealed class IntakeOutageTests
{
    public static TheoryData<Exception> Outages =>
    [
        new TimeoutException("waited"), new RequeueException("stops"), new MessageReturnedException("no queue"),
        new RabbitMqConnectionException("gone"), new ConnectFailureException("refused", new IOException()),
        new AlreadyClosedException(new ShutdownEventArgs(ShutdownInitiator.Peer, 320, "closed")),
        new OperationInterruptedException(new ShutdownEventArgs(ShutdownInitiator.Peer, 541, "interrupted")),
        new ObjectDisposedException("channel"), new ChannelClosedException(),
    ];

    [Theory]
    [MemberData(nameof(Outages))]
    public void What_the_broker_the_database_or_a_stop_causes_is_503_with_Retry_After(Exception cause)
    {
        using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services };

        Assert.True(IntakeOutage.Is(cause));
        var answer = Assert.IsType<ProblemHttpResult>(IntakeOutage.Answer(http, cause));
        Assert.Equal(503, answer.StatusCode);
        Assert.Equal("5", http.Response.Headers.RetryAfter);
    }

    [Fact]
    public void A_defect_of_ours_is_none() => Assert.False(IntakeOutage.Is(new InvalidOperationException()));
}
