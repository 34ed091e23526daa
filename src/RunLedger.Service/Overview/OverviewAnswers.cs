using System.ComponentModel;
using RunLedger.Service.Charts;

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

    [Description(
        "Expectations of which the last slot that was judged was missed, and no run of it was heard of since.")]
    public required long Missing { get; init; }

    [Description("Open runs that take longer than those before them took, at most 5,000.")]
    public required long Slow { get; init; }

    [Description("Incidents that last, at most 10,001.")]
    public required long Incidents { get; init; }

    [Description("What the newest of them is, in a line; null where none lasts.")]
    public required string? NewestIncident { get; init; }

    [Description("The last 60 minutes, the oldest first; the last one is not over yet.")]
    public required IReadOnlyList<MinuteFigures> Minutes { get; init; }

    [Description("True when there was more within the hour than is counted; the newest was.")]
    public required bool MinutesTruncated { get; init; }

    [Description("The last 24 hours, the oldest first; the last one is not over yet.")]
    public required IReadOnlyList<HourFigures> Hours { get; init; }

    [Description("From when on all that ended is in hours and minutes: only the newest 50,000 are counted. "
        + "Null where there were no more.")]
    public required DateTime? CountedSince { get; init; }
    public required IReadOnlyList<RecurringFigures> Recurring { get; init; }
    public required Freshness Freshness { get; init; }
    public required IReadOnlyList<ReplicaFigures> Replicas { get; init; }

    [Description("Empty without a broker.")]
    public required IReadOnlyList<QueueFigures> Queues { get; init; }

    [Description("Why the broker could not be asked; null when it was, or there is none.")]
    public required string? QueueFault { get; init; }
}

/// <summary>Runs that the ledger first heard of, and that ended, within a minute of its own clock.</summary>
sealed record MinuteFigures(
    DateTime Minute,
    long Started,
    long Finished,
    [property: Description("Of those that ended or were flagged within it, what became of them.")]
    OutcomeCounts Outcomes);

/// <summary>Runs that ended or were flagged within an hour of the ledger's own clock.</summary>
sealed record HourFigures(DateTime Hour, OutcomeCounts Outcomes);

/// <summary>A recurring job of the ledger: when it was last due, and when it will be.</summary>
sealed record RecurringFigures
{
    [Description("SweepDeadlines, JudgeExpectations, LookForUnlike or ApplyRetention.")]
    public required string Name { get; init; }

    [Description("Null when it has not run yet.")]
    public required DateTime? LastAt { get; init; }
    public required DateTime NextAt { get; init; }
    public required double EverySeconds { get; init; }
}

/// <summary>How far what the ledger shows is behind what was published.</summary>
sealed record Freshness
{
    [Description("From publishing to commit, of the newest message a replica has committed; null when none is known.")]
    public required double? LagSeconds { get; init; }

    [Description("Half of the messages that were committed in the last minute or two had been under way for at most so "
        + "long; of several replicas those of the slowest. Null where none was, or none says when it was sent.")]
    public required double? P50LagSeconds { get; init; }

    [Description("Nineteen in twenty of them had been for at most so long.")]
    public required double? P95LagSeconds { get; init; }

    [Description("When the newest was committed.")]
    public required DateTime? CommittedAt { get; init; }

    [Description("Messages that wait in the queue; null when that is not known.")]
    public required long? Waiting { get; init; }
}

/// <summary>A process of the service that was seen lately.</summary>
sealed record ReplicaFigures
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required DateTime StartedAt { get; init; }
    public required DateTime SeenAt { get; init; }

    [Description("False when it was not seen for 30 seconds.")]
    public required bool Alive { get; init; }

    [Description("Messages it committed since it started.")]
    public required long Commits { get; init; }
}

/// <summary>A queue of the ledger as the broker has it.</summary>
sealed record QueueFigures
{
    public required string Name { get; init; }

    [Description("False when the broker has no such queue.")]
    public required bool Exists { get; init; }
    public required long Ready { get; init; }

    [Description("Null unless RabbitMq__Management is set.")]
    public required long? Unacknowledged { get; init; }
    public required long Consumers { get; init; }
}
