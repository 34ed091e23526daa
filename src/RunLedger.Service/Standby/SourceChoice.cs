namespace RunLedger.Service.Standby;

/// <summary>
/// Decides for every request where it is read from, and says so in its answer. Only what its route calls reading alone
/// goes to the standby, and only of a caller whose own actions the standby has.
/// </summary>
sealed class SourceChoice(RequestDelegate next, StandbyState standby, OwnActions own, StandbyMeter meter)
{
    /// <summary>Says who answered: <c>standby; behind=0.4</c>, in seconds, or <c>primary</c>.</summary>
    public const string Header = "RunLedger-Source";

    public async Task Invoke(HttpContext http)
    {
        if (!ReadsOnlyAttribute.Holds(http))
        {
            await next(http);
            return;
        }

        var (behind, reason) = await Choose(http);
        var source = ReadSource.Begin(behind, reason, () => standby.IsReadable);
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Header] = source.ToString();
            return Task.CompletedTask;
        });
        await next(http);
        meter.Answered(source.IsStandby);
    }

    async Task<(TimeSpan? Behind, string? Reason)> Choose(HttpContext http)
    {
        if (http.GetEndpoint()!.Metadata.GetMetadata<ReadsPrimaryAttribute>() is not null)
            return (null, null);
        if (standby.Behind is not { } behind)
            return (null, ReadSource.Away);
        return await own.AreThere(http) ? (behind, null) : (null, ReadSource.OwnAction);
    }
}
