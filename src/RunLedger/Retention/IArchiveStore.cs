using RunLedger.Deadlines;
using RunLedger.Storage;

namespace RunLedger.Retention;

/// <summary>
/// Moves rows between the ledger's tables and their archives. Each call is one transaction, and bounded.
/// </summary>
interface IArchiveStore
{
    /// <summary>
    /// Archives a slice. Runs that another transaction holds are left to the next sweep; what is taken is held until it
    /// is committed, so that nothing changes in between.
    /// </summary>
    /// <param name="choice">Which runs.</param>
    /// <param name="keep">Puts the rows into files before they leave; null for no files.</param>
    /// <param name="cancellationToken">Ends it with nothing moved.</param>
    /// <exception cref="StoreException">
    /// Nothing was moved, or (a lost connection) nobody knows; taking it again is safe.
    /// </exception>
    Task<MovedSlice> Move(
        SliceChoice choice,
        Func<ArchivedRows, CancellationToken, Task<ArchiveSlice>>? keep,
        CancellationToken cancellationToken);

    /// <summary>What is over now, by status and candidate; nothing is changed and nothing held.</summary>
    Task<IReadOnlyList<DueRuns>> Preview(RetentionPeriods periods, DateTime now, CancellationToken cancellationToken);

    /// <summary>
    /// Removes runs, and their components, that were archived up to a moment, the oldest first; how many runs.
    /// </summary>
    Task<int> Purge(DateTime archivedUntil, int limit, CancellationToken cancellationToken);

    /// <summary>Puts runs back from the archive tables; which were there. Their period begins anew.</summary>
    Task<IReadOnlyList<Guid>> Return(IReadOnlyCollection<Guid> runs, DateTime now, CancellationToken cancellationToken);

    /// <summary>
    /// Puts rows back that are neither in the tables nor in the archive; which runs. Their period begins anew.
    /// </summary>
    Task<IReadOnlyList<Guid>> Insert(ArchivedRows rows, DateTime now, CancellationToken cancellationToken);

    /// <summary>Archived runs that were settled after a point and before a moment, in order.</summary>
    Task<IReadOnlyList<SettledPoint>> Archived(
        SettledPoint after, DateTime until, int limit, CancellationToken cancellationToken);

    /// <summary>The run that an id or alias names, wherever it is, or was.</summary>
    Task<Guid> Resolve(Guid id, CancellationToken cancellationToken);

    /// <summary>Whether the ledger's tables hold the run.</summary>
    Task<bool> Holds(Guid run, CancellationToken cancellationToken);

    /// <summary>The slices of files whose rows have left the tables.</summary>
    Task<IReadOnlyList<ArchiveSlice>> Slices(CancellationToken cancellationToken);

    /// <summary>Has a slice of files count in place of others, which must all count until then.</summary>
    /// <exception cref="StoreException">
    /// Nothing was changed (a conflict: another replaced one of them), or (a lost connection) nobody knows.
    /// </exception>
    Task Replace(ArchiveSlice slice, IReadOnlyCollection<Guid> others, CancellationToken cancellationToken);
}
