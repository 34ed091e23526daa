using RunLedger.Telemetry;

namespace RunLedger.Service.Bridge;

/// <summary>Every log message of the bridge.</summary>
static partial class BridgeLog
{
    [LoggerMessage(120, LogLevel.Information, "The bridge reads {Source} as it should.")]
    public static partial void Reads(ILogger logger, string source);

    [LoggerMessage(
        121,
        LogLevel.Warning,
        "The bridge does not read {Source} as it should: {Fault} Nothing is lost; it goes on when it can.")]
    public static partial void HeldUp(ILogger logger, string source, ForeignText fault);

    [LoggerMessage(122, LogLevel.Warning,
        "The bridge reads {Source} from its beginning: its server has not had the transaction {Transaction} yet, "
        + "so it is another one.")]
    public static partial void StartsOver(ILogger logger, string source, long transaction);

    [LoggerMessage(123, LogLevel.Debug, "The bridge read {Rows} rows of {Source}.")]
    public static partial void Read(ILogger logger, int rows, string source);

    [LoggerMessage(124, LogLevel.Error, "The bridge could not read {Source}. Tried again in {Pause}.")]
    public static partial void Failed(ILogger logger, Exception exception, string source, TimeSpan pause);
}
