using Microsoft.AspNetCore.Components;
using RunLedger.Service.Security;

namespace RunLedger.Service.Web;

/// <summary>A page that is asked for, answered and forgotten: what it shows is in its address.</summary>
public abstract class LedgerPage : ComponentBase
{
    [CascadingParameter]
    public HttpContext Http { get; set; } = null!;

    [Inject]
    internal TimeProvider Clock { get; set; } = null!;

    /// <summary>Why the database cannot be asked; null while it can.</summary>
    protected string? Outage { get; private set; }

    protected DateTime Now { get; private set; }

    /// <summary>What became of the form that led here.</summary>
    protected string? Said => PageForms.Words(Http.Request.Query["said"]);

    protected bool MayOperate => Caller.From(Http.User)?.Scopes.Contains(Scopes.Operate) == true;

    protected sealed override async Task OnInitializedAsync()
    {
        Now = Clock.GetUtcNow().UtcDateTime;
        try
        {
            await Load(Http.RequestAborted);
        }
        catch (Exception e) when (OutageFilter.Why(e) is { } why)
        {
            Outage = why;
            Answer(StatusCodes.Status503ServiceUnavailable);
        }
    }

    protected abstract Task Load(CancellationToken cancellationToken);

    /// <summary>The page is shown with this status; set before, the framework would show nothing.</summary>
    protected void Answer(int status) => Http.Response.OnStarting(() =>
    {
        Http.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    protected string? Asked(string name) => Http.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;
}
