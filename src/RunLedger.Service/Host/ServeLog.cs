using RunLedger.Telemetry;

namespace RunLedger.Service.Host;

/// <summary>Every log message of the host.</summary>
static partial class ServeLog
{
    [LoggerMessage(100, LogLevel.Warning, "Whether the ledger's tables are there is not known: {Fault}")]
    public static partial void SchemaUnknown(ILogger logger, ForeignText fault);

    [LoggerMessage(101, LogLevel.Information, "The ledger consumes from {Bus} and writes to {Store}.")]
    public static partial void Serving(ILogger logger, string bus, string store);

    [LoggerMessage(102, LogLevel.Debug, "The runs could not be counted: {Reason}")]
    public static partial void RunsNotCounted(ILogger logger, ForeignText reason);
}
