using System.Runtime.InteropServices;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>The leaves of what a batch writes.</summary>
static class BatchLeaves
{
    /// <param name="leaves">Where to.</param>
    /// <param name="changes">What is written.</param>
    /// <param name="runs">The runs as they were loaded.</param>
    /// <param name="components">The components as they were loaded.</param>
    /// <param name="moved">The components that follow a run which became part of another, as they are stored.</param>
    /// <param name="definitions">By candidate the definition, which the database adds to a run.</param>
    public static void Add(
        LeafList leaves,
        LedgerChanges changes,
        List<RunRow> runs,
        List<ComponentRow> components,
        List<ComponentRow> moved,
        IReadOnlyDictionary<string, string> definitions)
    {
        Add(changes.Runs, runs, leaves.Run, leaves.Gone, row => row with
        {
            ProcessDefinitionCode = definitions.GetValueOrDefault(row.ProcessCandidateCode),
        });
        Add(changes.Components, components, leaves.Component, leaves.Gone, row => row);
        if (moved.Count > 0)
        {
            var told = changes.Components.Updated.Select(row => row.Id).Concat(changes.Components.Removed).ToHashSet();
            var to = changes.Runs.Moved.ToDictionary(move => move.Old, move => move.New);
            foreach (var row in moved.Where(row => !told.Contains(row.Id)))
                leaves.Component(row, row with { ProcessRunId = to[row.ProcessRunId] });
        }

        leaves.Observations(CollectionsMarshal.AsSpan(changes.Taken));
    }

    static void Add<TRow>(
        TableChanges<TRow> changes,
        List<TRow> loaded,
        Action<TRow?, TRow, LeafWay> written,
        Action<TRow> gone,
        Func<TRow, TRow> stored)
        where TRow : LedgerRow
    {
        foreach (var row in changes.Inserted)
            written(null, stored(row), LeafWay.Written);
        if (changes.Updated.Count + changes.Removed.Count == 0)
            return;
        var before = loaded.ToDictionary(row => row.Id);
        foreach (var row in changes.Updated)
            written(before[row.Id], stored(row), LeafWay.Written);
        foreach (var id in changes.Removed)
            gone(before[id]);
    }
}
