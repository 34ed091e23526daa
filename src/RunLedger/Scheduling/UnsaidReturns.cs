using MassTransit;
using Microsoft.Extensions.Logging;

namespace RunLedger.Scheduling;

/// <summary>Says everything but that a message came back from an exchange without a queue.</summary>
sealed class UnsaidReturns(ILoggerFactory loggers) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Said(loggers.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    public void Dispose()
    {
        // The host's.
    }

    sealed class Said(ILogger logger) : ILogger
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
            if (exception is not MessageReturnedException)
                logger.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
