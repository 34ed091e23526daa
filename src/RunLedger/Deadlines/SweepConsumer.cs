using MassTransit;

namespace RunLedger.Deadlines;

/// <summary>Sweeps when told to.</summary>
sealed class SweepConsumer(DeadlineSweep sweep, RunLedgerOptions options) : IConsumer<SweepDeadlines>
{
    public async Task Consume(ConsumeContext<SweepDeadlines> context)
    {
        // The exchange, because the queue has arguments that a sender's declaration would contradict.
        var ledger = await context.GetSendEndpoint(new Uri($"exchange:{options.QueueName}"));
        await sweep.Once(due => ledger.SendBatch(due), context.CancellationToken);
    }
}
