namespace RunLedger.Retention;

/// <summary>Which slices of a month become one, so that a row is written anew two or three times and no more.</summary>
static class CompactionChoice
{
    /// <summary>What a pair of files has at most, when it is written.</summary>
    const long MaxBytes = 128 * 1024 * 1024;

    /// <summary>Such slices stay as they are.</summary>
    const long Full = MaxBytes / 2;

    /// <summary>Below it are slices as they left the tables.</summary>
    const long Small = 1024 * 1024;

    /// <summary>So many at once, because a part of each is in memory.</summary>
    const int MaxSlices = 32;

    /// <summary>Slices of the first layout are in memory whole.</summary>
    const int FirstLayoutWeight = 8;

    /// <summary>A month that nothing was added to for so long has as few files as can be.</summary>
    static readonly TimeSpan Quiet = TimeSpan.FromDays(1);

    /// <summary>The slices to make one of; empty where that is worth nothing.</summary>
    /// <param name="counted">The slices that count, each with when the last of its rows left the tables.</param>
    /// <param name="now">The ledger's time.</param>
    public static IReadOnlyList<SliceManifest> Of(
        IEnumerable<(SliceManifest Slice, DateTime ArchivedAt)> counted, DateTime now)
    {
        foreach (var month in counted.GroupBy(one => one.Slice.Month))
        {
            var quiet = now - month.Max(one => one.ArchivedAt) >= Quiet;
            foreach (var alike in month
                .Select(one => one.Slice)
                .Where(slice => slice.Bytes < Full)
                .OrderBy(slice => slice.Bytes)
                .GroupBy(slice => !quiet && slice.Bytes < Small))
            {
                var first = First(alike);
                if (first.Count > 1 && (quiet || first.Count == MaxSlices || first.Count < alike.Count()))
                    return first;
            }
        }

        return [];
    }

    // The smallest of them that may be taken together.
    static List<SliceManifest> First(IEnumerable<SliceManifest> slices)
    {
        var sum = 0L;
        return [.. slices
            .TakeWhile(slice => (sum += slice.Layout == 1 ? slice.Bytes * FirstLayoutWeight : slice.Bytes) <= MaxBytes)
            .Take(MaxSlices)];
    }
}
