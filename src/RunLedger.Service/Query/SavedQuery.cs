using RunLedger.Service.Security;
using RunLedger.Service.Web;

namespace RunLedger.Service.Query;

/// <summary>A statement that somebody saved, for everybody who may ask.</summary>
sealed record SavedQuery(string Name, string Sql, string SavedBy, DateTime SavedAt)
{
    public const int MostName = 120;

    /// <summary>The list is shown whole.</summary>
    public const int Most = 500;

    public const string Saved = "saved";
    public const string Changed = "changed";
    public const string Deleted = "deleted";
    public const string Unnamed = "unnamed";
    public const string Empty = "empty";
    public const string Taken = "taken";
    public const string Full = "full";
    public const string Another = "another";

    /// <summary>What the forms of the page lead to.</summary>
    public static readonly IReadOnlyDictionary<string, string> Outcomes = FormOutcomes.With(
        (Saved, "It is saved."),
        (Changed, "It is saved."),
        (Deleted, "It is no longer saved."),
        (Unnamed, $"It is not saved: give it a name of at most {MostName} characters, on one line, and not . or ..."),
        (Empty, $"It is not saved: there is no statement, or one of more than {LedgerQuery.MostText:N0} characters."),
        (Taken, "It is not saved: somebody else has saved another under this name."),
        (Full, $"It is not saved: there are {Most} already. Delete one that nobody needs."),
        (Another, "It stays: who saved it deletes it, or who has the scope operate."));

    /// <summary>Why it cannot be saved; null where it can.</summary>
    public static string? Fault(string? name, string? sql) =>
        string.IsNullOrEmpty(name) || name.Length > MostName || name.Any(char.IsControl) || name != name.Trim()
            // In an address these are folders, however they are spelled.
            || name is "." or ".."
            ? Unnamed
        : string.IsNullOrWhiteSpace(sql) || sql.Length > LedgerQuery.MostText || sql.Contains('\0') ? Empty
        : null;

    /// <summary>Whether somebody may delete what others saved.</summary>
    public static bool MayDeleteAll(HttpContext http) =>
        Caller.From(http.User)?.Scopes.Contains(Scopes.Operate) == true;
}
