using System.Globalization;
using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Retention;

/// <summary>Brings archived runs back: from the archive tables, and what was purged there from the files.</summary>
sealed class ArchiveRestore(IArchiveStore store, ArchiveFiles files, TimeProvider time)
{
    const int SliceSize = 500;

    /// <summary>One run, by its id or an alias; its id when it is back, null when the archive has not got it.</summary>
    /// <exception cref="ArchiveException">A file it may be in cannot be read.</exception>
    public async Task<Guid?> Run(Guid id, CancellationToken cancellationToken)
    {
        var run = await store.Resolve(id, cancellationToken);
        if ((await store.Return([run], Now, cancellationToken)).Count > 0)
            return run;
        if (!files.On || await store.Holds(run, cancellationToken))
            return null;
        foreach (var slice in files.Slices())
        {
            var rows = await files.Read(slice, cancellationToken);
            if (!rows.Runs.Exists(row => row.ProcessRunId == run))
                continue;
            var one = new ArchivedRows(
                rows.Runs.FindAll(row => row.ProcessRunId == run),
                rows.Components.FindAll(row => row.ProcessRunId == run));
            return (await store.Insert(one, Now, cancellationToken)).Count > 0 ? run : null;
        }

        return null;
    }

    /// <summary>The runs settled in a month; told how many are back after every slice.</summary>
    /// <exception cref="ArchiveException">A file of the month cannot be read; what is back stays.</exception>
    public async Task<int> Month(DateTime month, Action<int>? progress, CancellationToken cancellationToken)
    {
        var back = 0;
        var until = month.AddMonths(1);
        for (var after = new SettledPoint(month.AddMicroseconds(-1), Guid.AllBitsSet); ;)
        {
            var slice = await store.Archived(after, until, SliceSize, cancellationToken);
            if (slice.Count == 0)
                break;
            back += (await store.Return([.. slice.Select(point => point.RunId)], Now, cancellationToken)).Count;
            progress?.Invoke(back);
            after = slice[^1];
        }

        if (!files.On)
            return back;
        var name = month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        foreach (var slice in files.Slices().Where(slice => slice.Month == name))
        {
            back += (await store.Insert(await files.Read(slice, cancellationToken), Now, cancellationToken)).Count;
            progress?.Invoke(back);
        }

        return back;
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
