namespace RunLedger.Service.Standby;

/// <summary>
/// On routes that do something, see <see cref="OwnActions"/>; where there is no standby it does nothing.
/// </summary>
sealed class OwnActionFilter(OwnActions? own = null) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        if (own is not null && result is not IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest })
            await own.Follow(context.HttpContext);
        return result;
    }
}
