using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Folding;
using RunLedger.Service.Actions;
using RunLedger.Service.Settings;
using RunLedger.Service.Web;

namespace RunLedger.Service.Incidents;

/// <summary>What is wrong for long enough that people are told, and by which rules.</summary>
static class IncidentEndpoints
{
    const string Page = "/incidents";

    const string Example =
        """
        { "candidate": "PROC-CAND:dot:*", "condition": "in_a_row", "runs": 3, "channels": ["ops"], "hold": "00:05:00",
          "hours": { "zone": "Europe/Berlin",
            "windows": [ { "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00" } ] } }
        """;

    /// <summary>What the forms of the page lead to.</summary>
    public static readonly IReadOnlyDictionary<string, string> Outcomes = FormOutcomes.With(
        ("deleted", "The rule is gone; what lasts of it is over with the next look."),
        ("tested", "The test was taken: see whether it came."),
        ("untested", "The test did not get through: the channel says why."));

    public static IServiceCollection AddIncidents(this IServiceCollection services)
    {
        services.AddOptions<IncidentOptions>()
            .Configure<IConfiguration>((options, settings) =>
                LedgerSettings.Bind(settings.GetSection(IncidentOptions.Section), options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton<IncidentQueries>();
        services.TryAddSingleton<RuleActions>();
        return services;
    }

    /// <summary>What looks again and again.</summary>
    public static IServiceCollection AddIncidentWatch(this IServiceCollection services)
    {
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IStandingCondition, StuckCondition>(),
            ServiceDescriptor.Singleton<IStandingCondition, OrphanCondition>(),
            ServiceDescriptor.Singleton<IStandingCondition, MissedCondition>(),
            ServiceDescriptor.Singleton<IStandingCondition, SlowCondition>(),
            ServiceDescriptor.Singleton<IStandingCondition, RejectedCondition>(),
            ServiceDescriptor.Singleton<IStandingCondition, BehindCondition>(),
            ServiceDescriptor.Singleton<IStandingCondition, ChannelCondition>(),
        ]);
        services.TryAddSingleton<IncidentTeller>();
        services.TryAddSingleton<IncidentWatch>();
        services.AddHostedService<IncidentLoop>();
        services.AddHealthChecks().AddCheck<IncidentHealthCheck>(IncidentHealthCheck.Name, tags: ["ready"]);
        return services;
    }

    public static IEndpointRouteBuilder MapIncidents(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/incidents", ListIncidents).WithName("ListIncidents")
            .WithSummary("What is or was wrong by a rule, and who was told, the newest first, a page at a time.")
            .Describes<PageAnswer<IncidentAnswer>>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/incidents/{id}", GetIncident).WithName("GetIncident").WithSummary("One incident.")
            .Describes<IncidentAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/rules", async ([FromServices] IncidentQueries rules, CancellationToken cancellationToken) =>
                TypedResults.Json(
                    new RulesAnswer(await rules.Rules(cancellationToken)), IncidentJson.Default.RulesAnswer))
            .WithName("ListRules").WithSummary("When people are told, and through what.").Produces<RulesAnswer>();
        api.MapGet("/rules/{name}", GetRule).WithName("GetRule").WithSummary("One rule.")
            .Produces<RuleAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    public static IEndpointRouteBuilder MapIncidentActions(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapOperating();
        api.MapPut("/rules/{name}", Put).WithName("PutRule").WithSummary("Arms a rule, or changes it.")
            .WithDescription("It is about what happens from now on. About something else than before it begins anew. "
                + "A ledger has at most 200.")
            .Accepts<RuleBody>("application/json")
            .Produces<RuleAnswer>().Produces<RuleAnswer>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status409Conflict).WithExamples(Example);
        api.MapDelete("/rules/{name}", Delete).WithName("DeleteRule")
            .WithSummary("Takes a rule away; of incidents of it that were told the end is told.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapForms().MapPost("/rules/{name}/delete", DeleteByForm);
        return routes;
    }

    static async Task<IResult> ListIncidents(
        [Description("lasting or over; without it both.")] string? state,
        [Description("How many a page holds at most.")] string? limit,
        [Description("nextCursor of the page before, for the page after it.")] string? cursor,
        [FromServices] IncidentQueries incidents,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        state = text.OneOf("state", state, IncidentQueries.States);
        var page = text.Page($"incidents {state}", limit, cursor);
        return text.Problem is { } problem
            ? problem
            : Answers.Paged(
                await incidents.List(state, page, cancellationToken), page, incident => incident,
                IncidentJson.Default.PageAnswerIncidentAnswer);
    }

    static async Task<IResult> GetIncident(
        string id, [FromServices] IncidentQueries incidents, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var sent = text.Id("id", id);
        return text.Problem is { } problem ? problem
            : await incidents.Find(sent.GetValueOrDefault(), cancellationToken) is { } incident
                ? TypedResults.Json(incident, IncidentJson.Default.IncidentAnswer)
                : Answers.Unknown("incident", id);
    }

    static async Task<IResult> GetRule(
        string name, [FromServices] IncidentQueries rules, CancellationToken cancellationToken) =>
        await rules.Rule(name, cancellationToken) is { } rule
            ? TypedResults.Json(rule, IncidentJson.Default.RuleAnswer)
            : Answers.Unknown("rule", name);

    static async Task<IResult> Put(
        string name,
        HttpContext http,
        [FromServices] RuleActions actions,
        [FromServices] IncidentQueries rules,
        [FromServices] TimeProvider time,
        CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<RuleBody>(http.Request, cancellationToken);
        if (problem is not null)
            return problem;
        var (rule, faults) = body!.Read(
            name, Operator.From(http), LedgerTime.Time(LedgerTime.Of(time.GetUtcNow())));
        if (rule is null)
            return OperatorBody.Bad(string.Join(' ', faults));
        var outcome = await actions.Put(rule, cancellationToken);
        if (outcome.Unknown.Count > 0)
        {
            return OperatorBody.Bad(
                $"There is no channel {string.Join(", ", outcome.Unknown)}: put it first, with PUT "
                + "/api/channels/{name}.");
        }

        if (outcome.TooMany)
        {
            return TypedResults.Problem(
                $"There are {IncidentRule.Most:N0} rules already, and a ledger keeps no more: delete one first, or "
                + "have one be for several candidates by a pattern.",
                statusCode: StatusCodes.Status409Conflict);
        }

        return outcome.Other is { } other
            ? TypedResults.Problem(
                $"The rule {other} says the same already: change its channels or hold, or delete it first.",
                statusCode: StatusCodes.Status409Conflict)
            : TypedResults.Json(
                await rules.Rule(name, cancellationToken),
                IncidentJson.Default.RuleAnswer,
                statusCode: outcome.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    static async Task<IResult> Delete(
        string name, HttpContext http, [FromServices] RuleActions actions, CancellationToken cancellationToken) =>
        await actions.Delete(name, Operator.From(http), null, cancellationToken)
            ? TypedResults.NoContent()
            : Answers.Unknown("rule", name);

    static async Task<IResult> DeleteByForm(
        string name,
        HttpContext http,
        [FromForm] string? reason,
        RuleActions actions,
        CancellationToken cancellationToken)
    {
        if (OperatorBody.Fault("reason", reason, required: false) is not null)
            return FormOutcomes.Back(Page, FormOutcomes.Reason);
        var known = await actions.Delete(name, Operator.From(http), reason, cancellationToken);
        return FormOutcomes.Back(Page, known ? "deleted" : FormOutcomes.Gone);
    }
}
