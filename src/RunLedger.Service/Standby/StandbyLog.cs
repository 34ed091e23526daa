using RunLedger.Telemetry;

namespace RunLedger.Service.Standby;

/// <summary>Every log message about the standby: one when it cannot be read any more, one when it can again.</summary>
static partial class StandbyLog
{
    [LoggerMessage(130, LogLevel.Warning, "The standby cannot be read, and the primary answers instead: {Fault}")]
    public static partial void Away(ILogger log, ForeignText fault);

    [LoggerMessage(131, LogLevel.Information, "The standby is read from again, after {Lasted}.")]
    public static partial void Back(ILogger log, TimeSpan lasted);
}
