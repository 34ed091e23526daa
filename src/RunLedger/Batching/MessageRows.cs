using RunLedger.Deadlines;
using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Batching;

/// <summary>The rows one message works on: as they are before it, and, once it is handled, after it.</summary>
sealed class MessageRows
{
    public LedgerEntry? Run { get; set; }
    public LedgerEntry? Component { get; set; }

    /// <summary>What to tell others once the rows are committed.</summary>
    public IReadOnlyList<LedgerNotice> Notices { get; set; } = [];
}
