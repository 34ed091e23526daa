using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Sealing;

/// <summary>The columns of a rejected row that are sealed.</summary>
static class SealedRejected
{
    public const string Columns = "rejected_id, contract, origin, content_type, payload, reason, rejected_at";

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static RejectedRow Read(StoredRow row) => new()
    {
        RejectedId = row.GetGuid(0),
        Contract = row.TextAt(1),
        Origin = row.GetString(2),
        ContentType = row.TextAt(3),
        Payload = row.BytesAt(4)!,
        Reason = row.GetString(5),
        RejectedAt = row.GetTime(6),
    };
}
