using System.ComponentModel;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Web;

/// <summary>The envelope of every list.</summary>
sealed record PageAnswer<T>
{
    public required IReadOnlyList<T> Items { get; init; }

    [Description("Pass it as ?cursor= with the same filters for the next page; null on the last one.")]
    public required string? NextCursor { get; init; }

    [Description("Of runs and of what is rejected: pass it as ?before= with the same filters for the page of newer "
        + "ones; null on the first page.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PrevCursor { get; init; }

    [Description(
        "Of runs searched for text: only so many of the newest were searched, and there are more. Else missing.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SearchedNewest { get; init; }
}
