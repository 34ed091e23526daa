using Microsoft.Extensions.Diagnostics.HealthChecks;
using RunLedger.Telemetry;

namespace RunLedger.Service.Host;

/// <summary>Every log message of the host.</summary>
static partial class ServeLog
{
    [LoggerMessage(100, LogLevel.Warning, "Whether the ledger's tables are there is not known: {Fault}")]
    public static partial void SchemaUnknown(ILogger logger, ForeignText fault);

    [LoggerMessage(101, LogLevel.Information, "The ledger consumes from {Bus} and writes to {Store}.")]
    public static partial void Serving(ILogger logger, string bus, string store);

    [LoggerMessage(105, LogLevel.Warning,
        "{Queues} are of an earlier version and have no limit of deliveries; RabbitMQ 4 drops messages beyond its own. "
        + "Stop all replicas and delete them while they are empty, or set a policy: docs/operations.md.")]
    public static partial void UnlimitedQueues(ILogger logger, ForeignText queues);

    [LoggerMessage(103, LogLevel.Warning, "The service is {Status}: {Reasons}")]
    public static partial void NotReady(ILogger logger, HealthStatus status, ForeignText reasons);

    [LoggerMessage(104, LogLevel.Information, "The service is ready again, after {Lasted}.")]
    public static partial void ReadyAgain(ILogger logger, TimeSpan lasted);

    [LoggerMessage(102, LogLevel.Debug, "The runs could not be counted: {Reason}")]
    public static partial void RunsNotCounted(ILogger logger, ForeignText reason);
}
