namespace RunLedger.Service.Database;

/// <summary>A page of a list; <paramref name="Next"/> is null on the last one.</summary>
sealed record Page<T>(IReadOnlyList<T> Items, PageKey? Next)
{
    /// <summary>
    /// For the page of newer rows before this one; null on the first page, and where lists go one way only.
    /// </summary>
    public PageKey? Previous { get; init; }

    /// <summary>
    /// Among how many of the newest rows text was searched for, where there are more; null where all were.
    /// </summary>
    public int? SearchedNewest { get; init; }

    /// <summary>The same page of something else.</summary>
    public Page<TOther> Select<TOther>(Func<T, TOther> select) =>
        new([.. Items.Select(select)], Next) { Previous = Previous, SearchedNewest = SearchedNewest };

    /// <summary>Cuts a page from one row more than asked for: only that row tells that there is a next page.</summary>
    public static Page<T> From(List<T> rows, int limit, Func<T, PageKey> key) => rows.Count > limit
        ? new(rows[..limit], key(rows[limit - 1]))
        : new(rows, null);

    /// <summary>
    /// The same from rows that come oldest first, for a page that goes back: the row more tells of a page before.
    /// </summary>
    public static Page<T> Back(List<T> rows, int limit, Func<T, PageKey> key)
    {
        var more = rows.Count > limit;
        if (more)
            rows.RemoveAt(limit);
        rows.Reverse();
        return new(rows, rows.Count > 0 ? key(rows[^1]) : null) { Previous = more ? key(rows[0]) : null };
    }
}
