namespace RunLedger.Deadlines;

/// <summary>What sweeps read of the tables. Each call is a transaction of its own and bounded.</summary>
interface ISweepStore
{
    /// <summary>
    /// The runs whose deadline is due, the longest due first. Until <paramref name="leaseUntil"/> no other sweep finds
    /// them; what became of them is decided by the machine, which sets the next deadline.
    /// </summary>
    Task<IReadOnlyList<DeadlineReached>> Due(
        DateTime now, DateTime leaseUntil, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Of the runs settled after a point and up to another, in order: those that ended, with their open components.
    /// </summary>
    Task<SettledRuns> Settled(SettledPoint after, DateTime until, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the deadlines of runs that have not ended due at once, in id order; the last id, or null at the end.
    /// </summary>
    Task<Guid?> MakeDue(DateTime now, Guid after, int limit, CancellationToken cancellationToken);

    /// <summary>What a sweep remembers under a name; null where it is new.</summary>
    Task<string?> Mark(string name, CancellationToken cancellationToken);

    Task SetMark(string name, string value, CancellationToken cancellationToken);
}
