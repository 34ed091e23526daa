using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Service.Web;

namespace RunLedger.Service.Rejected;

/// <summary>What was rejected: the list, its groups, and one.</summary>
static class RejectedEndpoints
{
    public static IServiceCollection AddRejected(this IServiceCollection services)
    {
        services.TryAddSingleton<RejectedQueries>();
        return services;
    }

    public static IEndpointRouteBuilder MapRejected(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/rejected", ListRejected).WithName("ListRejected")
            .WithSummary("Lists what could not be taken, newest first, a page at a time.")
            .WithDescription($"Payloads are cut to {RejectedQueries.HeadBytes} bytes; payloadTruncated says which.")
            .Describes<PageAnswer<RejectedAnswer>>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet(
            "/rejected/groups",
            async ([FromServices] RejectedQueries rejected, CancellationToken cancellationToken) =>
                    TypedResults.Json(await rejected.Groups(cancellationToken), RejectedJson.Default.RejectedGroups))
            .WithName("GroupRejected")
            .WithSummary("What is set aside and open, by contract and what is wrong; the largest group first.")
            .WithDescription("Reasons that differ only in numbers, ids, paths and quoted text are one. At most "
                + $"{RejectedQueries.MostCounted} of the newest rows are counted; truncated says when there are more.")
            .Produces<RejectedGroups>().WithExamples(answer: RejectedExamples.Groups);
        api.MapGet("/rejected/{id}", GetRejected).WithName("GetRejected")
            .WithSummary("One rejected observation with its whole payload.")
            .Describes<RejectedAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    static async Task<IResult> ListRejected(
        [AsParameters] RejectedListQuery query,
        [FromServices] RejectedQueries rejected,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (filter, page) = query.Read(text);
        return text.Problem is { } problem
            ? problem
            : Answers.Paged(
                await rejected.List(filter, page, cancellationToken),
                page,
                RejectedAnswer.From,
                RejectedJson.Default.PageAnswerRejectedAnswer);
    }

    static async Task<IResult> GetRejected(
        string id, [FromServices] RejectedQueries rejected, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var sent = text.Id("id", id);
        return text.Problem is { } problem ? problem
            : await rejected.Find(sent.GetValueOrDefault(), cancellationToken) is { } row
                ? TypedResults.Json(
                    RejectedAnswer.From(new(row, row.Payload.Length)), RejectedJson.Default.RejectedAnswer)
                : Answers.Unknown("rejected observation", id);
    }
}
