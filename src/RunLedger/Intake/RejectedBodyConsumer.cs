using MassTransit;
using RunLedger.Batching;

namespace RunLedger.Intake;

/// <summary>Sets aside what <c>run-ledger</c> received and could not read.</summary>
sealed class RejectedBodyConsumer(GroupCommitter committer, Rejections rejections) : IConsumer<RejectedBody>
{
    public Task Consume(ConsumeContext<RejectedBody> context) =>
        committer.Reject(
            rejections.Of(context.ReceiveContext, context.Headers, context.Message.Contract, context.Message.Reason));
}
