using RunLedger.Contracts;

namespace RunLedger.Service.Demo;

/// <summary>What a mix holds, counted from its messages.</summary>
/// <param name="Messages">All that is sent.</param>
/// <param name="Runs">The runs they are about.</param>
/// <param name="Nested">Runs that name a parent.</param>
/// <param name="Completed">Runs that ended well.</param>
/// <param name="Failed">Runs that ended badly.</param>
/// <param name="Cancelled">Runs that somebody stopped.</param>
/// <param name="Unfinished">Runs that are not at their end.</param>
/// <param name="Retried">Steps that were tried again.</param>
/// <param name="Repeated">Messages that are sent a second time.</param>
/// <param name="OutOfOrder">Messages that follow one of their run that happened later.</param>
sealed record DemoTally(
    int Messages,
    int Runs,
    int Nested,
    int Completed,
    int Failed,
    int Cancelled,
    int Unfinished,
    int Retried,
    int Repeated,
    int OutOfOrder)
{
    public static DemoTally Of(IReadOnlyCollection<RunObservation> messages)
    {
        var ends = Count<RunCompleted>() + Count<RunFailed>() + Count<RunCancelled>();
        var runs = messages.Select(message => message.ProcessRunId).Distinct().Count();
        var once = messages.Distinct<RunObservation>(ReferenceEqualityComparer.Instance).ToList();
        return new DemoTally(
            messages.Count,
            runs,
            messages.Where(message => message.ParentRunId is not null)
                .DistinctBy(message => message.ProcessRunId).Count(),
            Count<RunCompleted>(),
            Count<RunFailed>(),
            Count<RunCancelled>(),
            runs - ends,
            messages.OfType<StepStarted>().Where(Again).DistinctBy(step => step.ComponentRunId).Count(),
            messages.Count - once.Count,
            Overtaken(once));

        int Count<T>()
            where T : RunObservation => messages.OfType<T>().DistinctBy(message => message.ProcessRunId).Count();
    }

    static bool Again(StepStarted step) => step.EventCode == DemoRun.Retried;

    static int Overtaken(IEnumerable<RunObservation> messages)
    {
        var newest = new Dictionary<Guid, DateTimeOffset>();
        var overtaken = 0;
        foreach (var message in messages)
        {
            if (newest.TryGetValue(message.ProcessRunId, out var at) && message.OccurredAt < at)
                overtaken++;
            else
                newest[message.ProcessRunId] = message.OccurredAt;
        }

        return overtaken;
    }
}
