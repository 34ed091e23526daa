using Microsoft.AspNetCore.Components;
using RunLedger.Service.Database;
using RunLedger.Service.Security;
using RunLedger.Service.Standby;

namespace RunLedger.Service.Web;

/// <summary>A page that is asked for, answered and forgotten: what it shows is in its address.</summary>
public abstract class LedgerPage : ComponentBase
{
    [CascadingParameter]
    public HttpContext Http { get; set; } = null!;

    [Inject]
    internal TimeProvider Clock { get; set; } = null!;

    [Inject]
    internal ReadingDialect Dialect { get; set; } = null!;

    /// <summary>Why the database cannot be asked; null while it can.</summary>
    protected string? Outage { get; private set; }

    /// <summary>Where the page was read, where that is to be said.</summary>
    protected string? Source { get; private set; }

    protected DateTime Now { get; private set; }

    /// <summary>What became of the form that led here.</summary>
    protected string? Said => Outcomes.GetValueOrDefault(Http.Request.Query["said"].ToString());

    /// <summary>By the code in the address, so that nobody puts words there; those of the page's own forms.</summary>
    protected virtual IReadOnlyDictionary<string, string> Outcomes => FormOutcomes.None;

    /// <summary>The parameters that cannot be read, in the words of the API.</summary>
    protected IReadOnlyCollection<KeyValuePair<string, string[]>> Wrong { get; private set; } = [];

    protected bool MayOperate => May(Scopes.Operate);

    protected bool May(string scope) => Caller.From(Http.User)?.Scopes.Contains(scope) == true;

    protected sealed override async Task OnInitializedAsync()
    {
        Now = Clock.GetUtcNow().UtcDateTime;
        try
        {
            await ReadSource.Ask(async () =>
            {
                await Load(Http.RequestAborted);
                return true;
            });
        }
        catch (Exception e) when (Dialect.Outage(e) is { } why)
        {
            Outage = why;
            Answer(StatusCodes.Status503ServiceUnavailable);
        }

        Source = SourceLine.Of(ReadSource.Current);
    }

    protected abstract Task Load(CancellationToken cancellationToken);

    /// <summary>Whether a parameter cannot be read; the page is then shown with status 400 and says which.</summary>
    internal bool HasFaults(QueryReader query)
    {
        if (query.Problem is not { } problem)
            return false;
        Wrong = [.. problem.ProblemDetails.Errors];
        Answer(StatusCodes.Status400BadRequest);
        return true;
    }

    /// <summary>The page is shown with this status; set before, the framework would show nothing.</summary>
    protected void Answer(int status) => Http.Response.OnStarting(() =>
    {
        Http.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    protected string? Asked(string name) => Http.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;
}
