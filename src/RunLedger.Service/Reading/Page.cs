namespace RunLedger.Service.Reading;

/// <summary>A page of a list; <paramref name="Next"/> is null on the last one.</summary>
sealed record Page<T>(IReadOnlyList<T> Items, PageKey? Next)
{
    /// <summary>Cuts a page from one row more than asked for: only that row tells that there is a next page.</summary>
    public static Page<T> Of(List<T> rows, int limit, Func<T, PageKey> key) => rows.Count > limit
        ? new(rows[..limit], key(rows[limit - 1]))
        : new(rows, null);
}
