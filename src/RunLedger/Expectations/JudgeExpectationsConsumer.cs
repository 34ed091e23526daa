using MassTransit;

namespace RunLedger.Expectations;

/// <summary>Judges when told to.</summary>
sealed class JudgeExpectationsConsumer(ExpectationSweep sweep, RunLedgerOptions options) : IConsumer<JudgeExpectations>
{
    public async Task Consume(ConsumeContext<JudgeExpectations> context)
    {
        // The exchange, because the queue has arguments that a sender's declaration would contradict.
        var ledger = await context.GetSendEndpoint(new Uri($"exchange:{options.QueueName}"));
        await sweep.Once(asked => ledger.Send(asked, context.CancellationToken), context.CancellationToken);
    }
}
