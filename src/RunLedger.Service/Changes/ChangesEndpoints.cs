using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;

namespace RunLedger.Service.Changes;

/// <summary>What differs between two runs.</summary>
static class ChangesEndpoints
{
    const string Example =
        """
        { "run": { "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001", "processCandidateCode": "PROC-CAND:dot:kg",
          "status": "completed", "startedAt": "2026-11-23T08:00:00Z", "endedAt": "2026-11-23T08:21:00Z",
          "archivedAt": null, "version": "7" }, "against": { "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450002",
          "processCandidateCode": "PROC-CAND:dot:kg", "status": "completed", "startedAt": "2026-11-22T08:00:00Z",
          "endedAt": "2026-11-22T08:20:00Z", "archivedAt": null, "version": "7" }, "goodRuns": 50, "remarks": [],
          "changes": [ { "kind": "component", "component": "check", "path": null, "value": null, "other": "there",
          "surprise": 6.67,
          "text": "The component check is missing, in the other it is there: not once so in 50 good runs." } ],
          "others": 3 }
        """;

    public static IServiceCollection AddChanges(this IServiceCollection services)
    {
        services.TryAddSingleton<ChangesQuery>();
        return services;
    }

    public static IEndpointRouteBuilder MapChanges(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/runs/{id}/changes", GetChanges).WithName("GetRunChanges")
            .WithSummary("A run beside another, archived or not: only what differs, the most surprising first.")
            .WithDescription("How surprising something is follows from the last 50 completed runs of the candidate "
                + "before the run; how long it took, from all that were counted.")
            .Describes<RunChanges>().ProducesProblem(StatusCodes.Status404NotFound)
            .AddOpenApiOperationTransformer(QuerySchemas.Describe).WithExamples(answer: Example);
        return routes;
    }

    public static string NoneBefore(string candidate) =>
        $"No run of {candidate} completed before it, among the last {ChangesQuery.MostLooked} in the ledger's tables: "
        + "name the other one with against.";

    static async Task<IResult> GetChanges(
        string id,
        [AsParameters] ChangesRequest query,
        [FromServices] RunQueries runs,
        [FromServices] ChangesQuery changes,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (sent, against) = (text.Id("id", id), query.Read(text));
        if (text.Problem is { } problem)
            return problem;
        if (await runs.Find(sent.GetValueOrDefault(), cancellationToken) is not { } run)
            return Answers.Unknown("run", id);
        var other = against is { } named ? await runs.Find(named, cancellationToken) : null;
        if (against is not null && other is null)
            return Answers.Unknown("run", query.Against!);
        return await changes.Find(run, other, cancellationToken) is { } found
            ? TypedResults.Json(found, ChangesJson.Default.RunChanges)
            : TypedResults.Problem(
                NoneBefore(run.ProcessCandidateCode), statusCode: StatusCodes.Status404NotFound, title: "Not found.");
    }
}
