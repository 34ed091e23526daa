using System.Text.Json.Serialization;

namespace RunLedger.Retention;

/// <summary>What lies beside a pair of files, written after them: <c>&lt;slice&gt;.json</c>.</summary>
sealed record SliceManifest(Guid SliceId, string Month, ArchivedFile Runs, ArchivedFile Components)
{
    [JsonIgnore]
    public ArchiveSlice Slice => new(SliceId, Month, Runs.Rows, Components.Rows);
}
