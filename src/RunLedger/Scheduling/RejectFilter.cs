using MassTransit;
using RunLedger.Batching;
using RunLedger.Intake;

namespace RunLedger.Scheduling;

/// <summary>
/// In place of an error queue and a queue of what was skipped: what the scheduler cannot store goes where people look.
/// What was given back returns to its queue.
/// </summary>
sealed class RejectFilter(GroupCommitter committer, Rejections rejections)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        var cause = context.Exception.GetBaseException();
        return cause switch
        {
            RequeueException => throw cause,
            UnschedulableException => SetAside(context, cause.Message),
            _ => SetAside(context, $"{cause.GetType().Name}: {cause.Message}"),
        };
    }

    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        SetAside(context, $"It is none of {string.Join(", ", ScheduleDeserializer.Commands)}.");

    public void Probe(ProbeContext context) => context.CreateFilterScope("setAside");

    Task SetAside(ReceiveContext context, string reason) => committer.Reject(rejections.Of(
        context,
        context.TransportHeaders,
        // Or two commands with the same body would be one row.
        ScheduleDeserializer.Named(context),
        $"The scheduler could not store it. {reason} Mend that and schedule the message again."));
}
