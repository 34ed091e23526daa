using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using RunLedger.Scheduling;
using RunLedger.Service.Host;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Host;

/// <summary>What an outage leaves in the log.</summary>
public sealed class OutageLogTests : IDisposable
{
    readonly FakeTimeProvider _time = new();
    readonly ClientHost.Logs _logs = new();
    readonly OutageLoggerFactory _factory;

    public OutageLogTests() => _factory = new(new LoggerFactory([_logs]), _time);

    public void Dispose() => _factory.Dispose();

    public static TheoryData<Exception, string> Outages => new()
    {
        { new BrokerUnreachableException(new IOException("refused")), "The broker cannot be used: refused (lost)" },
        { new RabbitMqConnectionException("gone"), "The broker cannot be used: gone (lost)" },
        {
            new OperationInterruptedException(new ShutdownEventArgs(ShutdownInitiator.Peer, 320, "closed")),
            "The broker cannot be used: "
        },
        { new NpgsqlException("no route", new IOException("down")), "The database cannot be used: down (lost)" },
    };

    [Theory]
    [MemberData(nameof(Outages))]
    public void Is_a_sentence_when_it_begins_and_one_a_minute(Exception cause, string sentence)
    {
        var log = _factory.CreateLogger("MassTransit.ReceiveTransport");

        for (var second = 0; second < 100; second++)
        {
            Say(log, "lost", cause);
            Say(log, "lost", cause, LogLevel.Warning);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, _logs.Lines.Count);
        Assert.All(_logs.Lines, line => Assert.StartsWith(sentence, line, StringComparison.Ordinal));
        Assert.All(_logs.Lines, line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public void What_the_broker_refuses_is_said_as_what_it_is_each_of_them()
    {
        var log = _factory.CreateLogger("MassTransit");

        for (var time = 0; time < 5; time++)
        {
            Say(
                log,
                "declare",
                new OperationInterruptedException(
                    new ShutdownEventArgs(ShutdownInitiator.Peer, 406, "inequivalent arg 'x-queue-type'")));
            Say(
                log,
                "connect",
                new BrokerUnreachableException(new AuthenticationFailureException("ACCESS_REFUSED")));
        }

        Assert.Equal(2, _logs.Lines.Count);
        Assert.Contains("inequivalent arg 'x-queue-type'", _logs.Lines[0], StringComparison.Ordinal);
        Assert.Equal("connect: ACCESS_REFUSED", _logs.Lines[1]);
    }

    [Fact]
    public void A_command_that_the_scheduler_sets_aside_is_a_sentence_however_many_there_are()
    {
        var log = _factory.CreateLogger("MassTransit.ReceiveTransport");

        for (var time = 0; time < 5; time++)
        {
            try
            {
                throw new UnschedulableException("It has no TokenId.");
            }
            catch (UnschedulableException e)
            {
                Say(log, "R-FAULT", e);
            }
        }

        Assert.Equal("R-FAULT: It has no TokenId.", Assert.Single(_logs.Lines));
    }

    [Fact]
    public void What_was_interrupted_is_a_sentence_that_blames_nobody()
    {
        var log = _factory.CreateLogger("MassTransit");

        for (var time = 0; time < 5; time++)
            Say(log, "stopped", new OperationCanceledException("cancelled"));

        Assert.Equal(["stopped: cancelled"], _logs.Lines);
    }

    [Fact]
    public void What_is_no_outage_stays_as_it_is()
    {
        var library = _factory.CreateLogger("MassTransit");
        var own = _factory.CreateLogger("RunLedger.Service");

        for (var time = 0; time < 3; time++)
        {
            Say(library, "R-FAULT", new InvalidOperationException("a defect"));
            Say(library, "without an exception", exception: null);
            Say(
                library,
                "R-FAULT",
                new PostgresException("no table", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable));
            Say(own, "own", new IOException("of ours"));
        }

        Assert.Equal(12, _logs.Lines.Count);
    }

    [Fact]
    public async Task Not_ready_is_said_with_its_reasons_once_a_minute_and_when_it_is_over()
    {
        var health = new HealthLog(_time, _factory.CreateLogger<HealthLog>());
        var down = Report(HealthStatus.Unhealthy, "The ledger's tables cannot be read: down");
        await health.PublishAsync(Report(HealthStatus.Healthy, null), TestContext.Current.CancellationToken);

        for (var second = 0; second < 100; second += 5)
        {
            await health.PublishAsync(down, TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        for (var time = 0; time < 3; time++)
            await health.PublishAsync(Report(HealthStatus.Healthy, null), TestContext.Current.CancellationToken);
        Assert.Equal(
            [
                "The service is Unhealthy: ledger-store: The ledger's tables cannot be read: down",
                "The service is Unhealthy: ledger-store: The ledger's tables cannot be read: down",
                "The service is ready again, after 00:01:40.",
            ],
            _logs.Lines);
    }

    static void Say(ILogger log, string text, Exception? exception, LogLevel level = LogLevel.Error) =>
        log.Log(level, eventId: 0, text, exception, (said, _) => said);

    static HealthReport Report(HealthStatus status, string? description) => new(
        new Dictionary<string, HealthReportEntry>
        {
            ["ledger-store"] = new(status, description, TimeSpan.Zero, exception: null, data: null),
            ["ledger-archive"] = new(HealthStatus.Healthy, null, TimeSpan.Zero, exception: null, data: null),
        },
        TimeSpan.Zero);
}
