using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using MassTransit;
using Npgsql;
using RabbitMQ.Client.Exceptions;
using RunLedger.Scheduling;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Service.Host;

/// <summary>
/// Keeps what libraries log of an outage short. A broker that goes away costs MassTransit a line with a stack trace for
/// each message in flight and each attempt to connect; here it is a sentence when it begins and one a minute.
/// </summary>
sealed class OutageLoggerFactory(ILoggerFactory inner, TimeProvider time) : ILoggerFactory
{
    const int MostKinds = 1_000;
    static readonly string[] Libraries = ["MassTransit", "Npgsql"];

    readonly ConcurrentDictionary<string, Outage> _outages = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName)
    {
        var logger = inner.CreateLogger(categoryName);
        return Libraries.Any(library => categoryName.StartsWith(library, StringComparison.Ordinal))
            ? new Limited(logger, this)
            : logger;
    }

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => inner.Dispose();

    bool Say(string kind)
    {
        // Of kinds without end, as of messages with an id in them, each is said.
        if (_outages.Count >= MostKinds)
            _outages.Clear();
        return _outages.GetOrAdd(kind, _ => new Outage(time)).Say();
    }

    /// <summary>What cannot be used; null where the exception is of another kind.</summary>
    static string? Away(Exception exception) => exception switch
    {
        _ when Chain(exception).Any(e => e is StoreException { Fault: StoreFault.Unavailable }
            or NpgsqlException and not PostgresException { IsTransient: false }) => "database",
        _ when Chain(exception).Any(IsRefusal) => null,
        _ when Chain(exception).Any(e => e is RabbitMQClientException or BrokerUnreachableException
            or ConnectionException or TransportUnavailableException or ChannelClosedException) => "broker",
        _ => null,
    };

    // The work of an outage that was under way: the sentence is enough, and who is to blame is said elsewhere.
    static bool IsInterruption(Exception exception) => exception.GetBaseException() is IOException or SocketException
        or TimeoutException or OperationCanceledException or ObjectDisposedException;

    // The broker is there and says why it will not: https://www.rabbitmq.com/amqp-0-9-1-reference#constants.
    static bool IsRefusal(Exception e) => e is AuthenticationFailureException
        or System.Security.Authentication.AuthenticationException
        or OperationInterruptedException { ShutdownReason.ReplyCode: 402 or 403 or 404 or 405 or 406 or 530 };

    static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
            yield return e;
    }

    sealed class Limited(ILogger logger, OutageLoggerFactory factory) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (exception is null || logLevel < LogLevel.Warning || !IsEnabled(logLevel))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
                return;
            }

            var cause = new ForeignText(exception.GetBaseException().Message).ToString();
            if (Away(exception) is { } away)
            {
                if (factory.Say(away))
                    Say(LogLevel.Warning, $"The {away} cannot be used: {cause} ({formatter(state, null)})");
            }
            else if (Chain(exception).Any(IsRefusal) || IsInterruption(exception)
                // It is set aside with just this reason.
                || exception.GetBaseException() is UnschedulableException)
            {
                if (factory.Say(cause))
                    Say(logLevel, $"{formatter(state, null)}: {cause}");
            }
            else
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }

            void Say(LogLevel level, string text) => logger.Log(level, eventId, text, null, (said, _) => said);
        }
    }
}
