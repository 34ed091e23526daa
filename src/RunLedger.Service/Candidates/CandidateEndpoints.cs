using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;

namespace RunLedger.Service.Candidates;

/// <summary>The process candidates and how they fare: evidence, and never a verdict.</summary>
static class CandidateEndpoints
{
    public static IServiceCollection AddCandidates(this IServiceCollection services)
    {
        services.TryAddSingleton<CandidateQueries>();
        services.TryAddSingleton<CandidateDetailQuery>();
        services.TryAddSingleton<LastAction>();
        services.TryAddSingleton<KeptTroubles>();
        return services;
    }

    public static IEndpointRouteBuilder MapCandidates(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/candidates", ListCandidates).WithName("ListCandidates")
            .WithSummary("The process candidates in the order of their codes, each with how its runs fare.")
            .WithDescription("Of those with a run in the ledger's tables, and with archived=true in the archive's. "
                + "Figures are of the last 30 days; of a candidate with more than 450 runs, of the newest of each day, "
                + "at most so many as mostADay says. A page looks at 2,000 codes at most, so that with a filter it may "
                + "have fewer than limit, or none, with a nextCursor all the same.")
            .Describes<PageAnswer<CandidateAnswer>>().AddOpenApiOperationTransformer(QuerySchemas.Describe)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                foreach (var limit in operation.Parameters?.OfType<OpenApiParameter>()
                    .Where(parameter => parameter.Name == "limit") ?? [])
                {
                    limit.Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Integer,
                        Minimum = "1",
                        Maximum = CandidateListQuery.MostItems.ToString(CultureInfo.InvariantCulture),
                        Default = CandidateListQuery.UsualItems,
                    };
                }

                return Task.CompletedTask;
            })
            .WithExamples(answer: CandidateExamples.Page);
        api.MapGet("/candidates/{**code}", GetCandidate).WithName("GetCandidate")
            .WithSummary("One process candidate: outcomes by day, durations, components, versions, limits, runs.")
            .WithDescription("The code is percent-encoded, slashes too; a code that no path can end with, . or .., "
                + "goes into the query: /api/candidates/-?code=... Of at most 3,000 runs all are counted, of "
                + "more the newest of each day.")
            .Describes<CandidateDetail>().ProducesProblem(StatusCodes.Status404NotFound)
            .AddOpenApiOperationTransformer(QuerySchemas.Describe)
            .WithExamples(answer: CandidateExamples.Detail);
        return routes;
    }

    static async Task<IResult> ListCandidates(
        [AsParameters] CandidateListQuery query,
        [FromServices] CandidateQueries candidates,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (filter, page) = query.Read(text);
        if (text.Problem is { } problem)
            return problem;
        var (items, next) = await candidates.List(filter, page, cancellationToken);
        return TypedResults.Json(
            new PageAnswer<CandidateAnswer>
            {
                Items = items,
                NextCursor = next is null ? null : Cursor.Write(next, page.List),
            },
            CandidateJson.Default.PageAnswerCandidateAnswer);
    }

    static async Task<IResult> GetCandidate(
        string code,
        HttpContext http,
        [AsParameters] CandidateQuery query,
        [FromServices] CandidateDetailQuery candidates,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (days, archived) = query.Read(text);
        if (text.Problem is { } problem)
            return problem;
        var asked = CandidateAddress.CodeOf(http);
        return await candidates.Find(asked, days, archived, cancellationToken) is { } candidate
            ? TypedResults.Json(candidate, CandidateJson.Default.CandidateDetail)
            : Answers.Unknown("run of a candidate", asked);
    }
}
