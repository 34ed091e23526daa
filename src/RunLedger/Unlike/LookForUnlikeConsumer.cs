using MassTransit;

namespace RunLedger.Unlike;

/// <summary>Looks when told to.</summary>
sealed class LookForUnlikeConsumer(UnlikeSweep sweep) : IConsumer<LookForUnlike>
{
    public Task Consume(ConsumeContext<LookForUnlike> context) => sweep.Once(context.CancellationToken);
}
