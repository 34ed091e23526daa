using RunLedger.Deadlines;
using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>The rows one message works on: as they are before it, and, once it is handled, after it.</summary>
sealed class MessageRows
{
    public LedgerEntry? Run { get; set; }
    public LedgerEntry? Component { get; set; }

    /// <summary>What goes out once the rows are committed.</summary>
    public IReadOnlyList<ScheduledRow> Outbox { get; set; } = [];
}
