using RunLedger.Batching;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Scheduling;

namespace RunLedger.Direct;

static class DirectFold
{
    /// <summary>What the state machine does with an observation, without it.</summary>
    public static Task Fold(this DeadlineEvaluator deadlines, MessageRows rows, Observation observation)
    {
        (rows.Run, rows.Component, var recovered) = deadlines.Observed(rows.Run, rows.Component, observation);
        rows.Outbox = recovered is null ? [] : [OutboxMessage.From(recovered)];
        return Task.CompletedTask;
    }
}
