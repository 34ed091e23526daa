using MassTransit;
using RunLedger.Batching;

namespace RunLedger.Intake;

/// <summary>Moves what ended in the error queue, for whatever reason, to where people look.</summary>
sealed class FaultedConsumer(GroupCommitter committer, Rejections rejections) : IConsumer<Refused>
{
    public Task Consume(ConsumeContext<Refused> context) =>
        committer.Reject(rejections.Of(context.ReceiveContext, context.ReceiveContext.TransportHeaders, context.Message.Contract, context.Message.Reason));
}
