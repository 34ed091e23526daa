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
        return files.Find(run, cancellationToken) is { } rows
            && (await store.Insert(rows, Now, cancellationToken)).Count > 0 ? run : null;
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
        foreach (var rows in files.Slices()
            .Where(slice => slice.Month == name)
            .SelectMany(slice => files.Read(slice, cancellationToken)))
        {
            back += (await store.Insert(rows, Now, cancellationToken)).Count;
            progress?.Invoke(back);
        }

        return back;
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
