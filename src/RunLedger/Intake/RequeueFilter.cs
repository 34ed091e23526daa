using MassTransit;
using RunLedger.Batching;

namespace RunLedger.Intake;

/// <summary>
/// Before the error queue: a message that was given back is no fault, nor is one that came while the host was taken
/// down around its bus. Thrown on, it reaches the receive lock, which returns it to its queue.
/// </summary>
sealed class RequeueFilter : IFilter<ExceptionReceiveContext>
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next) =>
        context.Exception.GetBaseException() is RequeueException
            or ObjectDisposedException { ObjectName: nameof(IServiceProvider) }
            ? throw context.Exception.GetBaseException()
            : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("giveBack");
}
