
namespace RunLedger.Folding;

/// <summary>
/// The contracts the ledger folds. The numbers are stored in <c>fold</c> and break ties: never change one.
/// A replica of before cannot read a new one: who adds one raises <see cref="FoldCodec.Version"/> too.
/// </summary>
enum Contract : byte
{
    RunObserved = 0,
    RunStarted = 1,
    RunHeartbeat = 2,
    StepStarted = 3,
    StepCompleted = 4,
    StepFailed = 5,
    RunCompleted = 6,
    RunFailed = 7,
    RunCancelled = 8,
    StepCancelled = 9,
}
