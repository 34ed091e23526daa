using MassTransit;
using RunLedger.Deadlines;

namespace RunLedger.Retention;

/// <summary>
/// Applies retention when told to, a few slices a message: what is left goes behind the sweeps that wait on the same
/// queue.
/// </summary>
sealed class ApplyRetentionConsumer(RetentionSweep sweep, RunLedgerOptions options) : IConsumer<ApplyRetention>
{
    const int MaxSlices = 4;

    public async Task Consume(ConsumeContext<ApplyRetention> context)
    {
        var after = context.Message.After is { } mark ? SettledPoint.Parse(mark) : (SettledPoint?)null;
        if (await Next(after, context.CancellationToken) is not { } next)
            return;
        // The exchange, because the queue has arguments that a sender's declaration would contradict.
        var control = await context.GetSendEndpoint(new Uri($"exchange:{options.ControlQueue}"));
        await control.Send(new ApplyRetention { After = next.ToString() }, context.CancellationToken);
    }

    async Task<SettledPoint?> Next(SettledPoint? after, CancellationToken cancellationToken)
    {
        try
        {
            return await sweep.Once(after, MaxSlices, null, cancellationToken);
        }
        catch (ArchiveException)
        {
            // Told already; the next one tries again.
            return null;
        }
    }
}
