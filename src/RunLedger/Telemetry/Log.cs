using Microsoft.Extensions.Logging;

namespace RunLedger.Telemetry;

/// <summary>Every log message of the ledger.</summary>
static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning,
        "The database cannot be used: {Reason}. {Count} messages wait and are tried again until it can.")]
    public static partial void DatabaseAway(ILogger logger, ForeignText reason, int count);

    [LoggerMessage(4, LogLevel.Information, "The database can be used again, after {Lasted}.")]
    public static partial void DatabaseBack(ILogger logger, TimeSpan lasted);

    [LoggerMessage(2, LogLevel.Debug, "Another replica was quicker: {Reason}. {Count} messages are taken again.")]
    public static partial void RaceLost(ILogger logger, ForeignText reason, int count);

    [LoggerMessage(3, LogLevel.Warning, "A batch was refused: {Reason}. Its {Count} messages are taken in halves.")]
    public static partial void BatchSplit(ILogger logger, ForeignText reason, int count);

    [LoggerMessage(5, LogLevel.Error, "An observation of a batch could not be handled. It is set aside.")]
    public static partial void ObservationFailed(ILogger logger, Exception exception);

    [LoggerMessage(20, LogLevel.Warning,
        "The broker takes no messages: {Reason}. What is due waits, and goes out when it is back.")]
    public static partial void BrokerAway(ILogger logger, ForeignText reason);

    [LoggerMessage(21, LogLevel.Information, "The broker takes messages again.")]
    public static partial void BrokerBack(ILogger logger);

    [LoggerMessage(22, LogLevel.Warning, "A scheduled message was set aside. {Reason}")]
    public static partial void MessageSetAside(ILogger logger, ForeignText reason);

    [LoggerMessage(
        23,
        LogLevel.Warning,
        "Scheduled messages cannot be read: {Reason}. What is due waits, and goes out when they can.")]
    public static partial void ScheduleUnreachable(ILogger logger, ForeignText reason);

    [LoggerMessage(25, LogLevel.Information, "Scheduled messages can be read again, after {Lasted}.")]
    public static partial void ScheduleReachable(ILogger logger, TimeSpan lasted);

    [LoggerMessage(24, LogLevel.Error, "Scheduled messages could not be dispatched. Tried again in {Pause}.")]
    public static partial void DispatchFailed(ILogger logger, Exception exception, TimeSpan pause);

    [LoggerMessage(40, LogLevel.Information, "Archived {Runs} runs with {Components} components.")]
    public static partial void Archived(ILogger logger, int runs, int components);

    [LoggerMessage(
        41, LogLevel.Warning, "{Reason} Nothing leaves the tables until it can; tried again with the next sweep.")]
    public static partial void ArchiveUnwritable(ILogger logger, ForeignText reason);

    [LoggerMessage(42, LogLevel.Debug, "A slice is archived again: {Reason}.")]
    public static partial void ArchiveRaceLost(ILogger logger, ForeignText reason);

    [LoggerMessage(
        68, LogLevel.Information, "Made one pair of files of {Slices} in {Month}: {Runs} runs in {Bytes} bytes.")]
    public static partial void Compacted(ILogger logger, int slices, ForeignText month, int runs, long bytes);

    [LoggerMessage(
        69, LogLevel.Warning, "{Reason} The archive's files stay as they are there; archive verify says more.")]
    public static partial void NotCompacted(ILogger logger, ForeignText reason);

    [LoggerMessage(43, LogLevel.Information, "Purged {Runs} runs from the archive tables.")]
    public static partial void Purged(ILogger logger, int runs);

    [LoggerMessage(
        60, LogLevel.Warning,
        "{Slots} slots of the expectation {Expectation} are not judged: nobody could for so long that only the newest "
        + "{Most} are.")]
    public static partial void SlotsPassedOver(ILogger logger, int slots, ForeignText expectation, int most);

    [LoggerMessage(
        61, LogLevel.Warning, "The expectation {Expectation} is not judged: {Reason} Put it right, or delete it.")]
    public static partial void NotJudged(ILogger logger, ForeignText expectation, ForeignText reason);

    [LoggerMessage(
        62, LogLevel.Warning,
        "Looking for expected runs took too long: {Left} of {All} expectations were not looked at to the end, next is "
        + "{Expectation}. Until a look ends in time, their slots are judged later.")]
    public static partial void LookWasShort(ILogger logger, int left, int all, ForeignText expectation);
}
