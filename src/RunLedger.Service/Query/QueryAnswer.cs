using System.Text.Json;

namespace RunLedger.Service.Query;

/// <summary>What a statement answered, as its process writes it and the API passes it on.</summary>
public sealed record QueryAnswer
{
    /// <summary>The columns of the answer.</summary>
    public IReadOnlyList<QueryAnswerColumn> Columns { get; init; } = [];

    /// <summary>Each with a value per column: text, number, true, false or null; lists and structs as JSON.</summary>
    public IReadOnlyList<JsonElement[]> Rows { get; init; } = [];

    /// <summary>Whether there were more rows, or more bytes, than an answer has.</summary>
    public bool Truncated { get; init; }

    /// <summary>How long it took, in milliseconds, with what was read for it.</summary>
    public long Milliseconds { get; init; }

    /// <summary>Why there is no answer.</summary>
    [System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Fault { get; init; }
}
