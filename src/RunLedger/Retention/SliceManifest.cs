using System.Globalization;
using System.Text.Json.Serialization;

namespace RunLedger.Retention;

/// <summary>What lies beside a pair of files, written after them: <c>&lt;slice&gt;.json</c>.</summary>
sealed record SliceManifest(Guid SliceId, string Month, ArchivedFile Runs, ArchivedFile Components)
{
    [JsonIgnore]
    public ArchiveSlice Slice => new(SliceId, Month, Runs.Rows, Components.Rows);

    /// <summary>
    /// The folder or file that the manifest names and that no slice of its id has; null where all are its own.
    /// </summary>
    [JsonIgnore]
    public string? StrangeName => !IsMonth(Month) ? Month ?? ""
        : Runs.Name != RunsName(SliceId) ? Runs.Name ?? ""
        : Components.Name != ComponentsName(SliceId) ? Components.Name ?? ""
        : null;

    public static string RunsName(Guid slice) => $"{slice}.runs.parquet";

    public static string ComponentsName(Guid slice) => $"{slice}.components.parquet";

    static bool IsMonth(string? text) =>
        DateTime.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
