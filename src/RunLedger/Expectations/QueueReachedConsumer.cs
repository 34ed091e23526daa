using System.Data.Common;
using MassTransit;
using RunLedger.Deadlines;
using RunLedger.Storage;

namespace RunLedger.Expectations;

/// <summary>Notes how far the queue is.</summary>
sealed class QueueReachedConsumer(ExpectationSweep sweep) : IConsumer<QueueReached>
{
    public async Task Consume(ConsumeContext<QueueReached> context)
    {
        try
        {
            await sweep.Reached(context.Message, context.CancellationToken);
        }
        catch (Exception e) when (e is DbException or StoreException or TimeoutException)
        {
            // The database is away, and nothing is judged meanwhile: the queue is asked again.
        }
    }
}
