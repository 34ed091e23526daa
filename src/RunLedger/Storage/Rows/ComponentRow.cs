using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Storage.Rows;

/// <summary>A row of <c>process_component_observation</c>, one component of a run.</summary>
sealed record ComponentRow : LedgerRow
{
    public Guid ComponentRunId { get; init; }
    public string? DotCode { get; init; }
    public string? ComponentRole { get; init; }
    public string? EventCode { get; init; }
    public Guid? QueueJobId { get; init; }

    public override Guid Id => ComponentRunId;

    /// <summary>The row as it is stored.</summary>
    /// <param name="entry">What is known of the component.</param>
    /// <param name="runId">The id under which the ledger keeps the run the component belongs to.</param>
    public static ComponentRow From(LedgerEntry entry, Guid runId)
    {
        var fold = entry.Fold;
        var identity = fold.Identities.First;
        return new ComponentRow
        {
            ComponentRunId = fold.Id,
            ProcessRunId = runId,
            CorrelationId = identity.Correlation,
            SourceSystem = identity.Source,
            Status = entry.ComponentStatus,
            ParentRunId = FoldColumns.Id(fold, RegisterColumn.ParentRunId),
            IdempotencyKey = fold.Registers[(int)RegisterColumn.IdempotencyKey].Value,
            InputRef = fold.Registers[(int)RegisterColumn.InputRef].Value,
            DotCode = fold.Registers[(int)RegisterColumn.DotCode].Value,
            ComponentRole = fold.Registers[(int)RegisterColumn.ComponentRole].Value,
            EventCode = fold.Registers[(int)RegisterColumn.EventCode].Value,
            QueueJobId = FoldColumns.Id(fold, RegisterColumn.QueueJobId),
            OutputRef = fold.OutputRef,
            ErrorRef = fold.ErrorRef,
            StartedAt = FoldColumns.Time(fold.StartedAt),
            EndedAt = fold.Endings.IsEmpty ? null : LedgerTime.Time(fold.Endings.First.At),
            EvidenceRef = EvidenceColumn.Write(entry, of: "run"),
            // A merge of runs moves the column without the fold: what was sent is always kept.
            Fold = FoldCodec.Write(fold, of: ""),
        };
    }

    public override LedgerEntry ToEntry() => new(
        ReadFold(ProcessRunId.ToString(), column => column switch
        {
            RegisterColumn.ParentRunId => ParentRunId?.ToString(),
            RegisterColumn.IdempotencyKey => IdempotencyKey,
            RegisterColumn.InputRef => InputRef,
            RegisterColumn.DotCode => DotCode,
            RegisterColumn.ComponentRole => ComponentRole,
            RegisterColumn.EventCode => EventCode,
            RegisterColumn.QueueJobId => QueueJobId?.ToString(),
            _ => null,
        }),
        new DeadlineState { CreatedAt = CreatedAt, Flags = FlagJson.Read(EvidenceRef) });
}
