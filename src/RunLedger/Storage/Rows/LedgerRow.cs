using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Storage.Rows;

/// <summary>The columns both tables have. Times are UTC, to the microsecond.</summary>
abstract record LedgerRow
{
    public Guid ProcessRunId { get; init; }
    public Guid? ParentRunId { get; init; }
    public string CorrelationId { get; init; } = "";
    public RunStatus Status { get; init; }
    public string SourceSystem { get; init; } = "";
    public string? IdempotencyKey { get; init; }
    public string? InputRef { get; init; }
    public string? OutputRef { get; init; }
    public string? ErrorRef { get; init; }

    /// <summary>
    /// JSON: <c>{"from", "conflicts", "warnings", "flags"}</c>, or null where there is nothing to say.
    /// </summary>
    public string? EvidenceRef { get; init; }
    public DateTime? StartedAt { get; init; }
    public DateTime? EndedAt { get; init; }
    public DateTime CreatedAt { get; init; }

    /// <summary>The ranks of the columns, for the next merge; null on a row RunLedger did not write.</summary>
    public byte[]? Fold { get; init; }

    /// <summary>Whether what the ledger keeps by its own clock is as it was.</summary>
    public virtual bool SameState(LedgerRow before) =>
        Status == before.Status && FlagJson.Read(EvidenceRef).SequenceEqual(FlagJson.Read(before.EvidenceRef));

    /// <summary>What the row holds.</summary>
    /// <exception cref="NewerFoldException">A newer RunLedger wrote the row.</exception>
    public abstract LedgerEntry ToEntry();

    /// <summary>The row's own key: the run's id, or the component's.</summary>
    public abstract Guid Id { get; }

    /// <param name="of">What the row's own column says it is of.</param>
    /// <param name="register">The value of a column that is a register.</param>
    protected Fold ReadFold(string of, Func<RegisterColumn, string?> register) => FoldCodec.Read(new StoredColumns
    {
        Id = Id,
        Fold = Fold,
        Of = of,
        IsComponent = this is ComponentRow,
        CorrelationId = CorrelationId,
        SourceSystem = SourceSystem,
        Status = Status,
        OutputRef = OutputRef,
        ErrorRef = ErrorRef,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
        CreatedAt = CreatedAt,
        Register = register,
        Evidence = () => EvidenceColumn.Read(EvidenceRef),
    });
}
