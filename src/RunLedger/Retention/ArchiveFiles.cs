using RunLedger.Storage.Rows;

namespace RunLedger.Retention;

/// <summary>
/// The archive as files. A slice's name is new every time, so that nothing is ever written over and replicas share a
/// directory; what a slice without its transaction left behind is harmless.
/// </summary>
sealed class ArchiveFiles(RunLedgerOptions options)
{
    /// <summary>How many runs are in memory at once, with their components.</summary>
    const int PartSize = 500;

    public bool On => options.Archive.Directory is not null;

    public ArchiveFolder Folder => field ??= new(options.Archive.Directory!);

    /// <summary>
    /// Writes the rows of a slice, all settled in one month; when it returns they survive a power cut.
    /// </summary>
    /// <exception cref="ArchiveException">They could not be written; nothing is left of them.</exception>
    public Task<ArchiveSlice> Keep(ArchivedRows rows, CancellationToken cancellationToken)
    {
        var written = Folder.Write(
            ArchiveSlice.MonthOf(rows.Runs[0].SettledAt!.Value),
            rows.Runs.OrderBy(ParquetTable.Key),
            rows.Components.OrderBy(ParquetTable.Key),
            manifest => manifest,
            cancellationToken);
        return Task.FromResult(written.Slice with { Manifest = Folder.HashOf(written) });
    }

    /// <summary>Whether files can be written at all.</summary>
    /// <exception cref="ArchiveException">They cannot.</exception>
    public void Check() => Folder.Check();

    /// <summary>The slices whose manifest is there, the newest first.</summary>
    public IReadOnlyList<ArchiveSlice> Slices() => [.. Folder.Manifests().Select(manifest => manifest.Slice)];

    /// <summary>The rows of a slice, some runs at a time.</summary>
    /// <exception cref="ArchiveException">The files are not as they were written.</exception>
    public IEnumerable<ArchivedRows> Read(ArchiveSlice slice, CancellationToken cancellationToken) =>
        Named(slice, () => Parts(Folder.Manifest(slice), cancellationToken), cancellationToken);

    /// <summary>
    /// A run and its components, wherever in the files they are; as it left last, where it left more than once.
    /// </summary>
    /// <exception cref="ArchiveException">A file it may be in cannot be read.</exception>
    public ArchivedRows? Find(Guid run, CancellationToken cancellationToken) => Folder.Manifests()
        .Select(manifest => Of(manifest, run, cancellationToken))
        .OfType<ArchivedRows>()
        .MaxBy(rows => rows.Runs[0].SettledAt);

    /// <summary>Whether a slice is as it was written; what is wrong, or null.</summary>
    public string? Fault(ArchiveSlice slice, CancellationToken cancellationToken)
    {
        try
        {
            var (runs, components) = (0, 0);
            foreach (var part in Read(slice, cancellationToken))
                (runs, components) = (runs + part.Runs.Count, components + part.Components.Count);
            return runs == slice.Runs && components == slice.Components
                ? null
                : $"{slice.Month}/{slice.Id}: {runs} runs and {components} components, "
                    + $"but {slice.Runs} and {slice.Components} left the tables.";
        }
        catch (ArchiveException e)
        {
            return e.Message;
        }
    }

    /// <summary>The sorted rows of a slice that <see cref="ArchiveFolder.Same(SliceManifest, ArchivedFile,
    /// CancellationToken)"/> was asked of.</summary>
    public IEnumerable<RunRow> Runs(SliceManifest slice) => Sorted(slice, slice.Runs, ParquetTable.Runs);

    /// <inheritdoc cref="Runs"/>
    public IEnumerable<ComponentRow> Components(SliceManifest slice) =>
        Sorted(slice, slice.Components, ParquetTable.Components);

    ArchivedRows? Of(SliceManifest slice, Guid run, CancellationToken cancellationToken)
    {
        if (slice.Layout == 1)
        {
            return Read(slice.Slice, cancellationToken)
                .Select(part => Only(part, run))
                .FirstOrDefault(part => part.Runs.Count > 0);
        }

        if (!Groups(slice.Runs).Any())
            return null;
        return Named<ArchivedRows>(
            slice.Slice,
            () =>
            {
                var path = Folder.PathOf(slice.Month, slice.Runs.Name);
                var groups = Groups(slice.Runs).Where(group =>
                {
                    Folder.Same(slice, slice.Runs, group, cancellationToken);
                    return ParquetTable.Holds(path, group, run);
                }).ToList();
                if (groups.Count == 0)
                    return [];
                foreach (var group in Groups(slice.Components))
                    Folder.Same(slice, slice.Components, group, cancellationToken);
                return
                [
                    Only(
                        new(
                            [.. ParquetTable.Runs.Read(path, groups)],
                            [.. ParquetTable.Components.Read(
                                Folder.PathOf(slice.Month, slice.Components.Name), Groups(slice.Components))
                                .Where(component => component.ProcessRunId == run)]),
                        run),
                ];
            },
            cancellationToken).FirstOrDefault();

        IEnumerable<int> Groups(ArchivedFile file) => Enumerable.Range(0, file.Groups!.Count)
            .Where(at => file.Groups[at].First.CompareTo(run) <= 0 && file.Groups[at].Last.CompareTo(run) >= 0);
    }

    IEnumerable<ArchivedRows> Parts(SliceManifest slice, CancellationToken cancellationToken)
    {
        Folder.Same(slice, slice.Runs, cancellationToken);
        Folder.Same(slice, slice.Components, cancellationToken);
        using var components = Components(slice).GetEnumerator();
        var more = components.MoveNext();
        foreach (var runs in Runs(slice).Chunk(PartSize))
        {
            var of = new List<ComponentRow>();
            for (var ids = runs.Select(run => run.ProcessRunId).ToHashSet();
                more && ids.Contains(components.Current.ProcessRunId);
                more = components.MoveNext())
                of.Add(components.Current);
            yield return new ArchivedRows([.. runs], of);
        }

        if (more)
            throw new InvalidDataException($"component {components.Current.Id} is without its run.");
    }

    // The first layout was not sorted by run; its slices fit into memory.
    IEnumerable<TRow> Sorted<TRow>(SliceManifest slice, ArchivedFile file, ParquetTable<TRow> table)
        where TRow : LedgerRow, new()
    {
        // Without rows the first layout had no columns either.
        if (file.Rows == 0)
            return [];
        var rows = table.Read(Folder.PathOf(slice.Month, file.Name));
        return slice.Layout == 1 ? rows.OrderBy(ParquetTable.Key) : rows;
    }

    // Whatever is not as the library expects it is told with the slice's name.
    static IEnumerable<T> Named<T>(
        ArchiveSlice slice, Func<IEnumerable<T>> read, CancellationToken cancellationToken)
    {
        using var rows = Try(() => read().GetEnumerator());
        while (Try(rows.MoveNext))
            yield return rows.Current;

        TResult Try<TResult>(Func<TResult> step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return step();
            }
            catch (Exception e) when (e is not (OperationCanceledException or ArchiveException))
            {
                throw new ArchiveException(
                    $"{slice.Month}/{slice.Id}: the files are no Parquet of the ledger: {e.Message}", e);
            }
        }
    }

    static ArchivedRows Only(ArchivedRows rows, Guid run) => new(
        rows.Runs.FindAll(row => row.ProcessRunId == run), rows.Components.FindAll(row => row.ProcessRunId == run));
}
