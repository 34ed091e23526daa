namespace RunLedger.Service.Standby;

/// <summary>On routes that read: asks once more, of the primary, where the standby fails.</summary>
sealed class StandbyFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await ReadSource.Ask(() => next(context).AsTask());
}
