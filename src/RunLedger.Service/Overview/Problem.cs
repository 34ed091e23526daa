using RunLedger.Service.Web;

namespace RunLedger.Service.Overview;

/// <summary>Something that is wrong now, in words.</summary>
/// <param name="Text">A sentence without its full stop.</param>
/// <param name="Link">The page that shows it; null where none does.</param>
/// <param name="Bad">False where it only wants to be looked at.</param>
sealed record Problem(string Text, string? Link, bool Bad)
{
    static readonly TimeSpan Behind = TimeSpan.FromSeconds(30);

    /// <param name="now">The figures.</param>
    /// <param name="at">By the ledger's clock.</param>
    public static IReadOnlyList<Problem> Of(Overview now, DateTime at) => [.. All(now, at)];

    static IEnumerable<Problem> All(Overview now, DateTime at)
    {
        // Rules are what somebody wants to know first.
        if (now.Incidents > 0)
        {
            yield return new(
                now.Incidents == 1
                    ? $"An incident lasts: {now.NewestIncident}"
                    : $"{Phrases.Count(now.Incidents)} incidents last, the newest: {now.NewestIncident}",
                "/incidents",
                true);
        }

        if (now.FailedLastHour > now.FailedHourBefore)
        {
            yield return new(
                $"{Phrases.Count(now.FailedLastHour, "run", "runs")} failed in the last hour, "
                + $"{Phrases.Count(now.FailedHourBefore)} in the hour before",
                "/failures",
                true);
        }

        if (now.Stuck > 0)
            yield return new($"{Phrases.Count(now.Stuck, "run is", "runs are")} stuck", "/runs?status=stuck", false);
        if (now.Missing > 0)
        {
            yield return new(
                $"{Phrases.Count(now.Missing, "expected run was", "expected runs were")} missed", "/expected", true);
        }

        if (now.Slow > 0)
        {
            yield return new(
                $"{Phrases.Count(now.Slow, "open run takes", "open runs take")} longer than those before",
                "/runs?unlike=slow",
                false);
        }

        if (now.RejectedOpen > 0)
        {
            yield return new(
                $"{Phrases.Count(now.RejectedOpen, "message waits", "messages wait")} among what was set aside",
                "/rejected",
                false);
        }

        if (now.QueueFault is not null)
            yield return new("The broker could not be asked for its queues", null, true);
        if (now.Queues is [{ Exists: true, Consumers: 0 } queue, ..])
            yield return new($"Nobody consumes {queue.Name}", null, true);
        if (now.Freshness is { Waiting: > 0, LagSeconds: { } lag } && lag > Behind.TotalSeconds)
            yield return new($"The ledger is {Phrases.Long(TimeSpan.FromSeconds(lag))} behind the queue", null, false);
        foreach (var replica in now.Replicas.Where(replica => !replica.Alive))
        {
            yield return new(
                $"The replica {replica.Name} was not seen for {Phrases.Long(at - replica.SeenAt)}", null, false);
        }
    }
}
