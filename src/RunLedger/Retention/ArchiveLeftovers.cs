namespace RunLedger.Retention;

/// <summary>What is in the directory and does not count, and what may be done with it.</summary>
static class ArchiveLeftovers
{
    /// <summary>A line each.</summary>
    /// <param name="folder">The directory.</param>
    /// <param name="counted">The slices that count.</param>
    /// <exception cref="ArchiveException">A manifest cannot be read.</exception>
    public static IEnumerable<string> Of(ArchiveFolder folder, IReadOnlyList<ArchiveSlice> counted)
    {
        var ids = counted.Select(slice => slice.Id).ToHashSet();
        var manifests = folder.Manifests().ToDictionary(manifest => manifest.SliceId);
        var replacedBy = new Dictionary<Guid, Guid>();
        foreach (var manifest in manifests.Values.Where(manifest => ids.Contains(manifest.SliceId)))
        {
            foreach (var replaced in manifest.Replaces ?? [])
                replacedBy[replaced.SliceId] = manifest.SliceId;
        }

        return folder.Names()
            .Where(name => !ids.Contains(name.Id))
            .OrderBy(name => name.Month, StringComparer.Ordinal)
            .ThenBy(name => name.Id)
            .Select(name => $"{name.Month}/{name.Id} {Say(name.Id)}");

        string Say(Guid id) => replacedBy.TryGetValue(id, out var by)
            ? $"was replaced by {by}, which has its rows. Retention deletes it."
            : !manifests.TryGetValue(id, out var manifest)
                ? "has no manifest: it is what a write that was interrupted left. It can be deleted."
            : manifest.Replaces is not { } replaced
                ? $"belongs to no move: its {manifest.Runs.Rows} runs stayed in the tables. It can be deleted."
            : replaced.All(slice => manifests.ContainsKey(slice.SliceId))
                ? $"was made of {replaced.Count} slices by a compaction that was interrupted; they are here. It can be "
                    + "deleted."
            : $"has the rows of {replaced.Count} slices that are gone, so that the database is older than the files. "
                + "Keep it: archive restore reads it.";
    }
}
