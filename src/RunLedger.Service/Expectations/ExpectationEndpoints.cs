using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Expectations;
using RunLedger.Folding;
using RunLedger.Scheduling;
using RunLedger.Service.Actions;
using RunLedger.Service.Web;

namespace RunLedger.Service.Expectations;

/// <summary>Which runs are expected, what came of it, and what an operator says is to be expected.</summary>
static class ExpectationEndpoints
{
    const string Example =
        """
        { "candidate": "PROC-CAND:dot:kg", "cron": "0 2 * * *", "zone": "Europe/Berlin", "grace": "00:30:00",
          "early": "00:05:00", "longest": "02:00:00", "mostRuns": 1 }
        """;

    const string SlotsExample =
        """
        { "items": [ { "at": "2026-11-23T01:00:00Z", "localAt": "2026-11-23T02:00:00+01:00", "state": "on_time",
          "runs": [ { "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001", "beganAt": "2026-11-23T01:00:04Z",
          "endedAt": "2026-11-23T01:21:00Z", "status": "completed" } ], "missedAt": null, "cameAt": null,
          "notes": [] } ], "nextBefore": null }
        """;

    /// <summary>What the forms of the page lead to.</summary>
    public static readonly IReadOnlyDictionary<string, string> Outcomes = FormOutcomes.With(
        ("deleted", "It is not expected any more."));

    public static IServiceCollection AddExpectations(this IServiceCollection services)
    {
        services.TryAddSingleton<ExpectationQueries>();
        services.TryAddSingleton<SlotQueries>();
        services.TryAddSingleton<ExpectationActions>();
        return services;
    }

    public static IEndpointRouteBuilder MapExpectations(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/expectations", ListExpectations).WithName("ListExpectations")
            .WithSummary("Which runs are expected, and whether the last was missed.")
            .Produces<ExpectationsAnswer>();
        api.MapGet("/expectations/{name}", GetExpectation).WithName("GetExpectation")
            .WithSummary("One expectation.")
            .Produces<ExpectationAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/expectations/{name}/slots", ListSlots).WithName("ListSlots")
            .WithSummary("The slots of an expectation since it was armed, and what came of each, the newest first.")
            .Describes<SlotsAnswer>().ProducesProblem(StatusCodes.Status404NotFound)
            .AddOpenApiOperationTransformer(QuerySchemas.Describe).WithExamples(answer: SlotsExample);
        api.MapGet("/expectation-proposal", Propose).WithName("ProposeExpectation")
            .WithSummary("What the newest starts of a candidate seem to keep; nothing is expected before it is put.")
            .Describes<ProposalAnswer>();
        return routes;
    }

    public static IEndpointRouteBuilder MapExpectationActions(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapOperating();
        api.MapPut("/expectations/{name}", Put).WithName("PutExpectation")
            .WithSummary("Arms an expectation, or changes it.")
            .WithDescription("Slots from now on are judged. For other candidates or times than before it begins anew: "
                + "what was found goes. A pattern has one expectation, and a "
                + "ledger at most 1,000.")
            .Accepts<ExpectationBody>("application/json")
            .Produces<ExpectationAnswer>().Produces<ExpectationAnswer>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status409Conflict).WithExamples(Example);
        api.MapDelete("/expectations/{name}", Delete).WithName("DeleteExpectation")
            .WithSummary("Expects it no more; what was found of it goes too.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapForms().MapPost("/expected/{name}/delete", DeleteByForm);
        return routes;
    }

    static async Task<IResult> ListExpectations(
        [FromServices] ExpectationQueries expectations, CancellationToken cancellationToken) =>
        TypedResults.Json(
            new ExpectationsAnswer(await expectations.List(cancellationToken)),
            ExpectationJson.Default.ExpectationsAnswer);

    static async Task<IResult> GetExpectation(
        string name, [FromServices] ExpectationQueries expectations, CancellationToken cancellationToken) =>
        await expectations.Find(name, cancellationToken) is { } expected
            ? TypedResults.Json(expected, ExpectationJson.Default.ExpectationAnswer)
            : Answers.Unknown("expectation", name);

    static async Task<IResult> ListSlots(
        string name,
        [AsParameters] SlotListQuery query,
        [FromServices] SlotQueries slots,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (limit, before) = query.Read(text);
        return text.Problem is { } problem ? problem
            : await slots.Find(name, before, limit, cancellationToken) is { } found
                ? TypedResults.Json(found, ExpectationJson.Default.SlotsAnswer)
                : Answers.Unknown("expectation", name);
    }

    static async Task<IResult> Propose(
        [Description("The process candidate, exactly.")] string? candidate,
        [Description("The time zone that is meant; without it those that may be are tried.")] string? zone,
        [FromServices] ExpectationQueries expectations,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        candidate = text.Required("candidate", text.Text("candidate", candidate));
        zone = text.Text("zone", zone);
        if (text.Problem is { } problem)
            return problem;
        try
        {
            return TypedResults.Json(
                await expectations.Propose(candidate!, zone, cancellationToken),
                ExpectationJson.Default.ProposalAnswer);
        }
        catch (UnschedulableException)
        {
            text.Refuse<string>("zone", "It is no time zone such as Europe/Berlin.");
            return text.Problem!;
        }
    }

    static async Task<IResult> Put(
        string name,
        HttpContext http,
        [FromServices] ExpectationActions actions,
        [FromServices] ExpectationQueries expectations,
        [FromServices] TimeProvider time,
        CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<ExpectationBody>(http.Request, cancellationToken);
        if (problem is not null)
            return problem;
        var now = LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
        var (expected, faults) = body!.Read(name, Operator.From(http), now);
        if (expected is null)
            return OperatorBody.Bad(string.Join(' ', faults));
        var outcome = await actions.Put(expected, cancellationToken);
        if (outcome.Other is { } other)
        {
            return TypedResults.Problem(
                $"The expectation {other} is for {expected.Candidate} already, and a pattern has one: change that one "
                + "(a cron may name several times), or delete it first.",
                statusCode: StatusCodes.Status409Conflict);
        }

        if (outcome.TooMany)
        {
            return TypedResults.Problem(
                $"There are {Expectation.Most:N0} expectations already, and a ledger keeps no more: delete one first, "
                + "or expect several candidates by a pattern.",
                statusCode: StatusCodes.Status409Conflict);
        }

        return TypedResults.Json(
            await expectations.Find(name, cancellationToken),
            ExpectationJson.Default.ExpectationAnswer,
            statusCode: outcome.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    static async Task<IResult> Delete(
        string name,
        HttpContext http,
        [FromServices] ExpectationActions actions,
        CancellationToken cancellationToken) =>
        await actions.Delete(name, Operator.From(http), null, cancellationToken)
            ? TypedResults.NoContent()
            : Answers.Unknown("expectation", name);

    static async Task<IResult> DeleteByForm(
        string name,
        HttpContext http,
        [FromForm] string? reason,
        ExpectationActions actions,
        CancellationToken cancellationToken)
    {
        if (OperatorBody.Fault("reason", reason, required: false) is not null)
            return FormOutcomes.Back("/expected", FormOutcomes.Reason);
        var known = await actions.Delete(name, Operator.From(http), reason, cancellationToken);
        return FormOutcomes.Back("/expected", known ? "deleted" : FormOutcomes.Gone);
    }
}
