using System.ComponentModel;

namespace RunLedger.Service.Http;

/// <summary>The envelope of every list.</summary>
sealed record PageAnswer<T>
{
    public required IReadOnlyList<T> Items { get; init; }

    [Description("Pass it as ?cursor= with the same filters for the next page; null on the last one.")]
    public required string? NextCursor { get; init; }
}
