using System.Globalization;
using System.Text.Json;
using RunLedger.Folding;

namespace RunLedger.Sealing;

/// <summary>
/// What a checkpoint says: how many commits there are and the root over them, after the one before it.
/// </summary>
sealed record SealedCheckpoint
{
    public const string Kind = "run-ledger checkpoint";

    /// <summary>Which ledger.</summary>
    public required Guid Ledger { get; init; }

    /// <summary>From 1.</summary>
    public required long Number { get; init; }

    public required DateTime At { get; init; }

    /// <summary>How many commits.</summary>
    public required long Size { get; init; }

    /// <summary>Of the Merkle tree over them, in lower-case hexadecimal.</summary>
    public required string Root { get; init; }

    /// <summary>The SHA-256 of the document of the one before it; null of the first.</summary>
    public required string? Previous { get; init; }

    /// <summary>Of the slices of files that count: see <see cref="SealedSlices"/>; null where there are none.</summary>
    public string? Archive { get; init; }

    /// <summary>The SHA-256 of its own document in its canonical spelling; of one that was read.</summary>
    public string Hash { get; init; } = "";

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(new Dictionary<string, object?>
    {
        ["kind"] = Kind,
        ["version"] = 1,
        ["ledger"] = Ledger.ToString(),
        ["number"] = Number,
        ["at"] = LedgerTime.Text(At),
        ["size"] = Size,
        ["root"] = Root,
        ["previous"] = Previous,
        ["archive"] = Archive,
    });

    /// <summary>Null where the document is of something else.</summary>
    public static SealedCheckpoint? Read(JsonElement document, string hash)
    {
        try
        {
            if (document.GetProperty("kind").GetString() != Kind)
                return null;
            return new()
            {
                Ledger = document.GetProperty("ledger").GetGuid(),
                Number = document.GetProperty("number").GetInt64(),
                At = DateTime.Parse(
                    document.GetProperty("at").GetString()!, CultureInfo.InvariantCulture,
                    DateTimeStyles.AdjustToUniversal),
                Size = document.GetProperty("size").GetInt64(),
                Root = document.GetProperty("root").GetString()!,
                Previous = document.GetProperty("previous").GetString(),
                Archive = document.GetProperty("archive").GetString(),
                Hash = hash,
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentNullException)
        {
            return null;
        }
    }
}
