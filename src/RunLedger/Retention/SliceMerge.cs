using RunLedger.Storage.Rows;

namespace RunLedger.Retention;

/// <summary>
/// The rows of several slices as those of one, in order, with no more of each in memory than is read at once. A run
/// that left twice, because it had come back, is taken as it left last.
/// </summary>
sealed class SliceMerge(IReadOnlyList<IEnumerable<RunRow>> runs, IReadOnlyList<IEnumerable<ComponentRow>> components)
{
    // Of the few runs that are in several slices, the one that counts.
    readonly Dictionary<Guid, int> _chosen = [];

    /// <summary>How many rows of runs were left out.</summary>
    public int OlderRuns { get; private set; }

    /// <summary>How many of their components were.</summary>
    public int OlderComponents { get; private set; }

    public IEnumerable<RunRow> Runs()
    {
        (RunRow Row, int From)? last = null;
        foreach (var next in Merged(runs))
        {
            if (last is { } before && before.Row.ProcessRunId == next.Row.ProcessRunId)
            {
                OlderRuns++;
                last = next.Row.SettledAt > before.Row.SettledAt ? next : before;
                _chosen[next.Row.ProcessRunId] = last.Value.From;
                continue;
            }

            if (last is { } done)
                yield return done.Row;
            last = next;
        }

        if (last is { } end)
            yield return end.Row;
    }

    /// <summary>After the runs.</summary>
    public IEnumerable<ComponentRow> Components()
    {
        foreach (var (row, from) in Merged(components))
        {
            if (_chosen.TryGetValue(row.ProcessRunId, out var chosen) && chosen != from)
                OlderComponents++;
            else
                yield return row;
        }
    }

    static IEnumerable<(TRow Row, int From)> Merged<TRow>(IReadOnlyList<IEnumerable<TRow>> sources)
        where TRow : LedgerRow
    {
        var open = sources.Select(source => source.GetEnumerator()).ToList();
        try
        {
            var next = new PriorityQueue<int, (Guid, Guid)>();
            for (var at = 0; at < open.Count; at++)
            {
                if (open[at].MoveNext())
                    next.Enqueue(at, ParquetTable.Key(open[at].Current));
            }

            while (next.TryPeek(out var at, out _))
            {
                yield return (open[at].Current, at);
                if (open[at].MoveNext())
                    next.DequeueEnqueue(at, ParquetTable.Key(open[at].Current));
                else
                    next.Dequeue();
            }
        }
        finally
        {
            open.ForEach(source => source.Dispose());
        }
    }
}
