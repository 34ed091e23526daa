namespace RunLedger.Folding;

/// <summary>
/// The columns that are registers of their own. The numbers are stored in <c>fold</c>: never change one.
/// A replica of before cannot read a new one: who adds one raises <see cref="FoldCodec.Version"/> too.
/// </summary>
enum RegisterColumn : byte
{
    ParentRunId = 0,
    IdempotencyKey = 1,
    InputRef = 2,
    DotCode = 3,
    ComponentRole = 4,
    EventCode = 5,
    QueueJobId = 6,
}
