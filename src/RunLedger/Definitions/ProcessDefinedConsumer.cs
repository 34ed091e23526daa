using MassTransit;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage;

namespace RunLedger.Definitions;

/// <summary>
/// Gives a candidate's runs their definition: those there already slice by slice, the later ones as they are written.
/// Nothing else sets it.
/// </summary>
sealed class ProcessDefinedConsumer(
    IDefinitionStore store,
    ObservationValidator door,
    GroupCommitter committer,
    Rejections rejections,
    TimeProvider time)
    : IConsumer<ProcessDefined>
{
    const int SliceSize = 500;
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<ProcessDefined> context)
    {
        if (door.FaultOf(context.Message) is { } reason)
        {
            await committer.Reject(
                rejections.Of(context.ReceiveContext, context.Headers, nameof(ProcessDefined), reason));
            return;
        }

        try
        {
            // As the candidates of runs are.
            var defined = ShortText.Shorten(context.Message);
            var definition = await store.Define(defined, context.CancellationToken);
            while (await store.BackFill(
                defined.ProcessCandidateCode, definition, SliceSize, context.CancellationToken) > 0)
            {
                // The next slice.
            }
        }
        catch (StoreException e) when (e.Fault != StoreFault.Data)
        {
            // The database is away; what was done is done, and the message comes back.
            await Task.Delay(Pause, time, context.CancellationToken);
            throw new RequeueException(e.Message);
        }
    }
}
