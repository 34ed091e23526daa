using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Service.Database;

namespace RunLedger.Service.Web;

/// <summary>
/// Reads query parameters and gathers what is wrong with them, so that one answer names every wrong one and what is
/// accepted instead. An empty parameter counts as absent: that is what a form sends.
/// </summary>
/// <param name="ofAddress">Whether they come in an address, where a + is a space.</param>
sealed class QueryReader(bool ofAddress = true)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;
    public const int MaxSearch = 200;

    const string NoCursor = "It is not a cursor of this list with these filters. Pass nextCursor of the page before "
        + "unchanged, with the same filters, or leave it out to start at the first page.";

    static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    readonly Dictionary<string, string[]> _errors = [];

    /// <summary>The answer to a request with wrong parameters; null when all are right.</summary>
    public ValidationProblem? Problem => _errors.Count == 0 ? null : TypedResults.ValidationProblem(
        _errors,
        detail: string.Join(' ', _errors.Select(error => $"{error.Key}: {error.Value[0]}")),
        title: "The request has parameters that cannot be read.");

    public string? Text(string name, string? value)
    {
        if (value is null or "")
        {
            return null;
        }
        // PostgreSQL has no such text, so nothing can match it.
        return value.Contains('\0') ? Refuse<string>(name, "It holds a NUL character, which no row does.") : value;
    }

    /// <summary>What is longer than any key is looked for in vain, and at length.</summary>
    public string? Search(string name, string? value) =>
        value?.Trim() is { Length: > MaxSearch }
            ? Refuse<string>(name, $"It has more than {MaxSearch} characters.")
            : Text(name, value?.Trim());

    public int Limit(string? value) => Number("limit", value, DefaultLimit, MaxLimit);

    public int Number(string name, string? value, int usual, int most) => value is null or "" ? usual
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1
            && number <= most
            ? number
            : Refuse<int>(name, $"'{Shown(value)}' is not a whole number from 1 to {most}.");

    public string? Required(string name, string? value) => value ?? Refuse<string>(name, "It is missing.");

    public Guid? Id(string name, string? value) => value is null or "" ? null
        : Guid.TryParse(value, out var id) ? id
        : Refuse<Guid?>(name, $"'{Shown(value)}' is not a UUID such as 0198c0de-7a3b-7c11-9d3e-2f6a5b4c3d2e.");

    public DateTime? Time(string name, string? value) => value is null or "" ? null
        : DateTimeOffset.TryParseExact(
            value, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime
            : Refuse<DateTime?>(name, $"'{Shown(value)}' is not an ISO 8601 time such as 2026-03-01T09:30:00Z or "
                + "2026-03-01; UTC when without an offset"
                + (ofAddress ? ", and a + in an offset is written %2B." : "."));

    public string? Source(string? value) => value is null or "" || SourceSystems.All.Contains(value)
        ? Text("source", value)
        : Refuse<string>(
            "source", $"'{Shown(value)}' is no source system; accepted: {string.Join(", ", SourceSystems.All)}.");

    public string? OneOf(string name, string? value, IReadOnlyList<string> accepted) =>
        value is null or "" ? null
        : accepted.Contains(value) ? value
        : Refuse<string>(name, $"'{Shown(value)}' is not known; accepted: {string.Join(", ", accepted)}.");

    /// <summary>true, false, or absent, which is false.</summary>
    public bool Flag(string name, string? value) => OneOf(name, value, ["true", "false"]) == "true";

    public IReadOnlyList<RunStatus> Statuses(string? value)
    {
        var texts = (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(texts, text => !RunStatusText.All.Contains(text)) is { } wrong
            ? Refuse<IReadOnlyList<RunStatus>>("status", $"'{Shown(wrong)}' is no status; accepted, one or several "
                + $"with commas: {string.Join(", ", RunStatusText.All)}.") ?? []
            : texts.Select(RunStatusText.Parse).Distinct().Order().ToList();
    }

    /// <summary>Which page of a list; the one before and the one after exclude one another.</summary>
    /// <param name="list">The list and its filters, as one text.</param>
    /// <param name="limit">As it was sent.</param>
    /// <param name="cursor">As it was sent.</param>
    /// <param name="before">As it was sent; null where the list goes one way only.</param>
    /// <param name="usual">How many rows a page holds where no limit is sent.</param>
    /// <param name="timeless">Whether the list has rows without a time.</param>
    public PageRequest Page(
        string list,
        string? limit,
        string? cursor,
        string? before = null,
        int usual = DefaultLimit,
        bool timeless = false)
    {
        var page = new PageRequest(
            list,
            Number("limit", limit, usual, MaxLimit),
            After("cursor", cursor, list, timeless),
            After("before", before, list, timeless));
        if (page is { After: not null, Before: not null })
            Refuse<PageKey?>("before", "It goes the other way than cursor: send one of them.");
        return page;
    }

    /// <summary>Where the page before ended, in a list whose key is a text.</summary>
    public string? Key(string name, string? value, string list) => value is null or "" ? null
        : Cursor.ReadKey(value, list) ?? Refuse<string>(name, NoCursor);

    PageKey? After(string name, string? value, string list, bool timeless) => value is null or "" ? null
        : Cursor.Read(value, list, timeless) ?? Refuse<PageKey?>(name, NoCursor);

    public T? Refuse<T>(string name, string reason)
    {
        _errors[name] = [reason];
        return default;
    }

    static string Shown(string value) => value.Length <= 60 ? value : value[..60] + "…";
}
