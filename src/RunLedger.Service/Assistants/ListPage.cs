using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>A page of a list that is found as a whole: its cursor names the last item that was told.</summary>
/// <param name="List">The list and its filters, as one text.</param>
/// <param name="Limit">How many items a page holds at most.</param>
/// <param name="After">The item that ended the page before; null for the first page.</param>
sealed record ListPage(string List, int Limit, string? After)
{
    public const string Moved = "cursor: The list has changed, and what the page before ended with is no longer in it. "
        + "Leave it out to start at the first page.";

    const int Usual = 20;

    public static ListPage Read(QueryReader text, string list, string? limit, string? cursor) => new(
        list, text.Number("limit", limit, Usual, QueryReader.MaxLimit), text.Key("cursor", cursor, list));

    /// <summary>What is behind the page before; null where nobody knows where that was.</summary>
    public IReadOnlyList<T>? Rest<T>(IReadOnlyList<T> all, Func<T, string> key)
    {
        if (After is null)
            return all;
        var at = all.Select(key).ToList().IndexOf(After);
        return at < 0 ? null : [.. all.Skip(at + 1)];
    }

    /// <summary>The cursor for what is behind this page; null where there is nothing.</summary>
    /// <param name="rest">What this page was taken of.</param>
    /// <param name="taken">How many.</param>
    /// <param name="key">The name of an item.</param>
    public string? Next<T>(IReadOnlyList<T> rest, int taken, Func<T, string> key) =>
        taken < rest.Count && taken > 0 ? Cursor.Write(key(rest[taken - 1]), List) : null;
}
