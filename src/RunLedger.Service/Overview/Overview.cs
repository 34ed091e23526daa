using System.ComponentModel;

namespace RunLedger.Service.Overview;

/// <summary>How the ledger and what it observes are, in figures.</summary>
sealed record Overview
{
    public required DateTime At { get; init; }

    [Description("Runs by status: all nine, also those nobody is in.")]
    public required IReadOnlyDictionary<string, long> ByStatus { get; init; }

    [Description("Runs that have begun and not ended, and are not stuck.")]
    public required long Running { get; init; }
    public required long Stuck { get; init; }
    public required long FailedLastHour { get; init; }
    public required long FailedHourBefore { get; init; }

    [Description("Rejected rows that wait for somebody, at most 10,000.")]
    public required long RejectedOpen { get; init; }

    [Description("The last 60 minutes, the oldest first; the last one is not over yet.")]
    public required IReadOnlyList<MinuteFigures> Minutes { get; init; }

    [Description("True when there was more within the hour than is counted; the newest was.")]
    public required bool MinutesTruncated { get; init; }
    public required IReadOnlyList<RecurringFigures> Recurring { get; init; }
    public required Freshness Freshness { get; init; }
    public required IReadOnlyList<ReplicaFigures> Replicas { get; init; }

    [Description("Empty without a broker.")]
    public required IReadOnlyList<QueueFigures> Queues { get; init; }

    [Description("Why the broker could not be asked; null when it was, or there is none.")]
    public required string? QueueFault { get; init; }
}
