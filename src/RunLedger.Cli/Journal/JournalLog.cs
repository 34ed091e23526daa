using Microsoft.Extensions.Logging;
using RunLedger.Batching;
using RunLedger.Cli.Output;

namespace RunLedger.Cli.Journal;

/// <summary>What the store warns of, on stderr: for a tool there is no other log.</summary>
sealed class JournalLog(TextWriter error) : ILogger<GroupCommitter>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            error.WriteLine($"runledger: {TerminalText.Sanitize(formatter(state, exception))}");
    }
}
