using MassTransit;
using RunLedger.Intake;
using RunLedger.Telemetry;

namespace RunLedger.Direct;

/// <summary>Takes observations that came in one message.</summary>
sealed class ObservationBatchConsumer(BatchIntake intake) : IConsumer<ObservationBatch>
{
    public Task Consume(ConsumeContext<ObservationBatch> context) => intake.Take(
        context.Message,
        context.ReceiveContext.InputAddress.Segments[^1],
        context.SentTime,
        LedgerTrace.Of(context),
        context.CancellationToken);
}
