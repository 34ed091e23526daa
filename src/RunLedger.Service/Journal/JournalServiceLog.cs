using RunLedger.Telemetry;

namespace RunLedger.Service.Journal;

/// <summary>Every log message of the journal.</summary>
static partial class JournalServiceLog
{
    [LoggerMessage(160, LogLevel.Information, "The stream {Stream} records what is published.")]
    public static partial void Recording(ILogger logger, ForeignText stream);
}
