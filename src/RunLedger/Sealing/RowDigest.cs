using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Sealing;

/// <summary>
/// The SHA-256 of a row: of all its columns as they mean, not as a database spells them, so that it is the same in both
/// databases, in the archive's tables and in its files. The number of a field never changes and is never given again.
/// </summary>
static class RowDigest
{
    public const int Size = 32;

    [ThreadStatic]
    static DigestWriter? _writer;

    public static void Write(RunRow row, Span<byte> into) => Fields(row).Hash(into);

    public static void Write(ComponentRow row, Span<byte> into) => Fields(row).Hash(into);

    public static void Write(RejectedRow row, Span<byte> into) => Fields(row).Hash(into);

    /// <summary>The bytes that are hashed, until the next call on this thread.</summary>
    public static DigestWriter Fields(RunRow row)
    {
        var writer = Begin(LeafKind.Run);
        Common(writer, row);
        writer.Write(30, row.ProcessCandidateCode);
        writer.Write(31, row.ProcessDefinitionCode);
        writer.Write(32, row.LastEventAt);
        writer.Write(33, row.LiveAt);
        writer.Write(34, row.DeadlineAt);
        writer.Write(35, row.SettledAt);
        return writer;
    }

    /// <inheritdoc cref="Fields(RunRow)"/>
    public static DigestWriter Fields(ComponentRow row)
    {
        var writer = Begin(LeafKind.Component);
        Common(writer, row);
        writer.Write(40, row.ComponentRunId);
        writer.Write(41, row.DotCode);
        writer.Write(42, row.ComponentRole);
        writer.Write(43, row.EventCode);
        writer.Write(44, row.QueueJobId);
        return writer;
    }

    /// <summary>
    /// What was set aside, as it came, and why. What operators do with it is theirs to write, and is in their log.
    /// </summary>
    public static DigestWriter Fields(RejectedRow row)
    {
        var writer = Begin(LeafKind.Rejected);
        writer.Write(60, row.RejectedId);
        writer.Write(61, row.Contract);
        writer.Write(62, row.Origin);
        writer.Write(63, row.ContentType);
        writer.Write(64, row.Payload);
        writer.Write(65, row.Reason);
        writer.Write(66, row.RejectedAt);
        return writer;
    }

    static DigestWriter Begin(LeafKind kind)
    {
        var writer = _writer ??= new();
        writer.Begin((byte)kind);
        return writer;
    }

    static void Common(DigestWriter writer, LedgerRow row)
    {
        writer.Write(1, row.ProcessRunId);
        writer.Write(2, row.ParentRunId);
        writer.Write(3, row.CorrelationId);
        writer.Write(4, row.Status.Text());
        writer.Write(5, row.SourceSystem);
        writer.Write(6, row.IdempotencyKey);
        writer.Write(7, row.InputRef);
        writer.Write(8, row.OutputRef);
        writer.Write(9, row.ErrorRef);
        if (row.EvidenceRef is not null)
            writer.Write(10, CanonicalEvidence.Of(row.EvidenceRef));
        writer.Write(11, row.StartedAt);
        writer.Write(12, row.EndedAt);
        writer.Write(13, row.CreatedAt);
        if (row.Fold is not null)
            writer.Write(14, row.Fold);
    }
}
