using System.Text.Json.Serialization;

namespace RunLedger.Retention;

/// <summary>One Parquet file as it was written: its name, rows, bytes and SHA-256 in lower-case hexadecimal.</summary>
/// <param name="Name">Within its folder.</param>
/// <param name="Rows">How many.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Sha256">Of the whole file.</param>
/// <param name="Groups">Its row groups in order; null in the first layout.</param>
/// <param name="Footer">The SHA-256 of what comes after the last of them.</param>
sealed record ArchivedFile(
    string Name,
    int Rows,
    long Bytes,
    string Sha256,
    IReadOnlyList<ArchivedGroup>? Groups = null,
    string? Footer = null)
{
    /// <summary>Whether each row group is one, and ends after the one before it.</summary>
    [JsonIgnore]
    public bool IsOrdered
    {
        get
        {
            var end = 0L;
            foreach (var group in Groups ?? [])
            {
                if (group is null || group.Rows < 0 || group.End < end)
                    return false;
                end = group.End;
            }

            return true;
        }
    }
}
