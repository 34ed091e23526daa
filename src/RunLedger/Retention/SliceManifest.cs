using System.Globalization;
using System.Text.Json.Serialization;

namespace RunLedger.Retention;

/// <summary>What lies beside a pair of files, written after them: <c>&lt;slice&gt;.json</c>.</summary>
/// <param name="SliceId">The slice, whose name its files have.</param>
/// <param name="Month">In which its runs were settled: its folder.</param>
/// <param name="Runs">The file of runs.</param>
/// <param name="Components">The file of their components.</param>
/// <param name="Layout">
/// 1: ids are text, evidence is text, rows in no order that counts. 2: Parquet's own types, sorted by run.
/// </param>
/// <param name="Replaces">What it was compacted from; null of a slice that left the tables as it is.</param>
/// <param name="ReplacedAt">When.</param>
sealed record SliceManifest(
    Guid SliceId,
    string Month,
    ArchivedFile Runs,
    ArchivedFile Components,
    int Layout = 1,
    IReadOnlyList<ReplacedSlice>? Replaces = null,
    DateTime? ReplacedAt = null)
{
    public const int Newest = 2;

    [JsonIgnore]
    public ArchiveSlice Slice => new(SliceId, Month, Runs.Rows, Components.Rows);

    [JsonIgnore]
    public string Name => $"{SliceId}.json";

    /// <summary>Of both files.</summary>
    [JsonIgnore]
    public long Bytes => Runs.Bytes + Components.Bytes;

    /// <summary>
    /// The folder or file that the manifest names and that no slice of its id has; null where all are its own.
    /// </summary>
    [JsonIgnore]
    public string? StrangeName => !IsMonth(Month) ? Month ?? ""
        : Runs.Name != RunsName(SliceId) ? Runs.Name ?? ""
        : Components.Name != ComponentsName(SliceId) ? Components.Name ?? ""
        : Replaces?.Select(StrangeIn).FirstOrDefault(name => name is not null);

    public static string RunsName(Guid slice) => $"{slice}.runs.parquet";

    public static string ComponentsName(Guid slice) => $"{slice}.components.parquet";

    public static bool IsMonth(string? text) =>
        DateTime.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    static string? StrangeIn(ReplacedSlice? replaced) =>
        replaced is not { Manifest: not null, Runs: not null, Components: not null } ? ""
        : replaced.Runs.Name != RunsName(replaced.SliceId) ? replaced.Runs.Name ?? ""
        : replaced.Components.Name != ComponentsName(replaced.SliceId) ? replaced.Components.Name ?? ""
        : null;
}
