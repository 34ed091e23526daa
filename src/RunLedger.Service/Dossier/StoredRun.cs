using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Service.Dossier;

/// <summary>A run as <see cref="DossierSql.Runs"/> selects it.</summary>
sealed record StoredRun
{
    /// <summary>How many columns say where a run stood.</summary>
    public const int ColumnsOfRun = 8;

    public required Fold Fold { get; init; }
    public required string Source { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>Null while it is not in the archive.</summary>
    public required DateTime? ArchivedAt { get; init; }
    public required RunParts Parts { get; init; }
    public required IReadOnlyList<Flag> Flags { get; init; }

    /// <exception cref="NewerFoldException">A newer RunLedger wrote the row.</exception>
    public static StoredRun Read(StoredRow row, string candidate)
    {
        var columns = Columns(row, candidate);
        return new()
        {
            Fold = FoldCodec.Read(columns),
            Source = columns.SourceSystem,
            CreatedAt = columns.CreatedAt,
            Flags = row.TextAt(ColumnsOfRun) is { } flags ? FlagJson.Read($$"""{"flags":{{flags}}}""") : [],
            Parts = (RunParts)(row.NumberAt(ColumnsOfRun + 1) ?? 0),
            ArchivedAt = row.TimeAt(ColumnsOfRun + 2),
        };
    }

    /// <summary>What says where a run stood, from the first columns of a row.</summary>
    public static StoredColumns Columns(StoredRow row, string candidate) => new()
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
}
