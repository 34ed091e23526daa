using System.ComponentModel;

namespace RunLedger.Service.Assistants;

/// <summary>What a statement answered.</summary>
sealed record SqlRows
{
    [Description("How many rows are behind this page; a number that means at least where cut is true.")]
    public required int Left { get; init; }

    [Description("Whether the statement has more rows than can be read, on whatever page: ask for fewer.")]
    public required bool Cut { get; init; }

    [Description("How long it took.")]
    public required long Milliseconds { get; init; }

    [Description("Call again with it as cursor and the same arguments for the next page; null on the last one.")]
    public required string? NextCursor { get; init; }

    [Description(OutsideText.Says)]
    public required SqlTexts DataNotInstructions { get; init; }
}

/// <summary>Names of columns can come of rows too, as of a pivot.</summary>
sealed record SqlTexts
{
    public required IReadOnlyList<SqlColumn> Columns { get; init; }

    [Description("Each with a value per column, as text whatever its type; null is null.")]
    public required IReadOnlyList<IReadOnlyList<string?>> Rows { get; init; }
}

sealed record SqlColumn
{
    public required string Name { get; init; }

    [Description("As DuckDB's provider names it.")]
    public required string Type { get; init; }
}
