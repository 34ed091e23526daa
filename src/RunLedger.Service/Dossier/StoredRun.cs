using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Service.Dossier;

/// <summary>A run as <see cref="DossierSql.Runs"/> selects it.</summary>
sealed record StoredRun
{
    public required Fold Fold { get; init; }
    public required string Source { get; init; }
    public required DateTime CreatedAt { get; init; }
    public required bool Archived { get; init; }
    public required RunParts Parts { get; init; }
    public required IReadOnlyList<Flag> Flags { get; init; }

    /// <exception cref="NewerFoldException">A newer RunLedger wrote the row.</exception>
    public static StoredRun Read(StoredRow row, string candidate, bool archived)
    {
        var columns = new StoredColumns
        {
            Id = row.GetGuid(0),
            Fold = row.BytesAt(1),
            Of = candidate,
            IsComponent = false,
            CorrelationId = "",
            SourceSystem = row.GetString(2),
            Status = RunStatusText.Parse(row.GetString(3)),
            OutputRef = null,
            ErrorRef = row.TextAt(4),
            StartedAt = row.TimeAt(5),
            EndedAt = row.TimeAt(6),
            CreatedAt = row.GetTime(7),
            // Neither is looked at here.
            Register = _ => null,
            Evidence = () => [],
        };
        return new()
        {
            Fold = FoldCodec.Read(columns),
            Source = columns.SourceSystem,
            CreatedAt = columns.CreatedAt,
            Archived = archived,
            Flags = row.TextAt(8) is { } flags ? FlagJson.Read($$"""{"flags":{{flags}}}""") : [],
            Parts = (RunParts)(row.NumberAt(9) ?? 0),
        };
    }
}
