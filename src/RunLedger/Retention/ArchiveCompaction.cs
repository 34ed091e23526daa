using Microsoft.Extensions.Logging;
using RunLedger.Folding;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Retention;

/// <summary>
/// Makes one slice of many of a month. The table says which files count at every moment: the new ones are durable
/// before the transaction in which they take the place of the old, and the old ones are deleted a while after it.
/// </summary>
sealed class ArchiveCompaction(
    IArchiveStore store, ArchiveFiles files, TimeProvider time, ILogger<ArchiveCompaction> logger)
{
    /// <summary>Who read the table before has so long to read the files.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>Deletes what was replaced a while ago and makes one slice, where that is worth it.</summary>
    /// <returns>Whether there may be another.</returns>
    /// <exception cref="StoreException">The database cannot be used.</exception>
    public async Task<bool> Once(CancellationToken cancellationToken)
    {
        try
        {
            var counted = await Counted(cancellationToken);
            foreach (var (slice, _) in counted)
            {
                if (slice.ReplacedAt <= Now - Grace)
                    Delete(slice.Month, slice.Replaces);
            }

            var chosen = Sound(counted, cancellationToken);
            return chosen.Count > 0 && await Replace(chosen, cancellationToken);
        }
        catch (ArchiveException e)
        {
            Log.NotCompacted(logger, e.Message);
            return false;
        }
    }

    async Task<List<(SliceManifest Slice, DateTime ArchivedAt)>> Counted(CancellationToken cancellationToken)
    {
        var counted = new List<(SliceManifest, DateTime)>();
        foreach (var slice in await store.Slices(cancellationToken))
        {
            try
            {
                counted.Add((files.Folder.Manifest(slice), slice.ArchivedAt!.Value));
            }
            catch (ArchiveException e)
            {
                Log.NotCompacted(logger, e.Message);
            }
        }

        return counted;
    }

    // What was touched stays where it is, for archive verify to name, and keeps no other from being compacted.
    IReadOnlyList<SliceManifest> Sound(
        List<(SliceManifest Slice, DateTime ArchivedAt)> counted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var chosen = CompactionChoice.Of(counted, Now);
            var faulty = chosen.FirstOrDefault(slice =>
            {
                try
                {
                    files.Folder.Same(slice, slice.Runs, cancellationToken);
                    files.Folder.Same(slice, slice.Components, cancellationToken);
                    return false;
                }
                catch (ArchiveException e)
                {
                    Log.NotCompacted(logger, e.Message);
                    return true;
                }
            });
            if (faulty is null)
                return chosen;
            counted.RemoveAll(one => one.Slice == faulty);
        }
    }

    async Task<bool> Replace(IReadOnlyList<SliceManifest> old, CancellationToken cancellationToken)
    {
        var merge = new SliceMerge([.. old.Select(files.Runs)], [.. old.Select(files.Components)]);
        var replaced = old.Select(slice => new ReplacedSlice(
            slice.SliceId,
            files.Folder.HashOf(slice),
            new(slice.Runs.Name, slice.Runs.Sha256),
            new(slice.Components.Name, slice.Components.Sha256))).ToList();
        var made = files.Folder.Write(
            old[0].Month,
            merge.Runs(),
            merge.Components(),
            manifest => manifest with { Replaces = replaced, ReplacedAt = Now },
            cancellationToken);
        if (made.Runs.Rows + merge.OlderRuns != old.Sum(slice => slice.Runs.Rows)
            || made.Components.Rows + merge.OlderComponents != old.Sum(slice => slice.Components.Rows))
        {
            files.Folder.Discard(made.Month, made.SliceId);
            throw new ArchiveException($"{made.Month}: the slices have other rows than their manifests say.");
        }

        try
        {
            await store.Replace(
                made.Slice with { Manifest = files.Folder.HashOf(made) },
                [.. old.Select(slice => slice.SliceId)],
                cancellationToken);
        }
        catch (StoreException e) when (e.Fault == StoreFault.Conflict)
        {
            // Another process was first. Where nobody knows, archive verify does.
            files.Folder.Discard(made.Month, made.SliceId);
            return false;
        }

        Log.Compacted(logger, old.Count, made.Month, made.Runs.Rows, made.Bytes);
        return true;
    }

    // First what they replaced themselves: once a manifest is gone nobody knows.
    void Delete(string month, IReadOnlyList<ReplacedSlice>? replaced)
    {
        foreach (var (id, _, _, _) in replaced ?? [])
        {
            if (!File.Exists(files.Folder.PathOf(month, $"{id}.json")))
                continue;
            Delete(month, files.Folder.Manifest(new(id, month, 0, 0)).Replaces);
            files.Folder.Discard(month, id);
        }
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
