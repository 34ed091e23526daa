using Microsoft.Extensions.Logging;

namespace RunLedger.Telemetry;

/// <summary>Every log message of the ledger.</summary>
static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning,
        "The database cannot be used: {Reason}. {Count} messages wait and are tried again in {Pause}.")]
    public static partial void DatabaseAway(ILogger logger, string reason, int count, TimeSpan pause);

    [LoggerMessage(2, LogLevel.Debug, "Another replica was quicker: {Reason}. {Count} messages are taken again.")]
    public static partial void RaceLost(ILogger logger, string reason, int count);

    [LoggerMessage(3, LogLevel.Warning, "A batch was refused: {Reason}. Its {Count} messages are taken in halves.")]
    public static partial void BatchSplit(ILogger logger, string reason, int count);
}
