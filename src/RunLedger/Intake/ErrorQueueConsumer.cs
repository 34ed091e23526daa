using MassTransit;
using RunLedger.Batching;

namespace RunLedger.Intake;

/// <summary>Moves what ended in the error queue, for whatever reason, to where people look.</summary>
sealed class ErrorQueueConsumer(GroupCommitter committer, Rejections rejections) : IConsumer<RejectedBody>
{
    public Task Consume(ConsumeContext<RejectedBody> context) =>
        committer.Reject(rejections.Of(
            context.ReceiveContext,
            context.ReceiveContext.TransportHeaders,
            context.Message.Contract,
            context.Message.Reason));
}
