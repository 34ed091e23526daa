namespace RunLedger.Service.Standby;

/// <summary>
/// On routes that do something: what was kept of answers is over, and where there is a standby, see
/// <see cref="OwnActions"/>.
/// </summary>
sealed class OwnActionFilter(LastAction last, OwnActions? own = null) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        if (result is IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest })
            return result;
        last.Done();
        if (own is not null)
        {
            await own.Follow(context.HttpContext);
            // The standby was asked without it meanwhile.
            last.Done();
        }

        return result;
    }
}
