using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Service.Web;

namespace RunLedger.Service.Grid;

/// <summary>The components of one candidate against its latest runs.</summary>
static class GridEndpoints
{
    const string Example =
        """
        { "candidate": "PROC-CAND:dot:kg", "runs": [ { "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001",
          "status": "completed", "startedAt": "2026-11-23T08:00:00Z", "endedAt": "2026-11-23T08:01:00Z",
          "createdAt": "2026-11-23T08:00:00.1Z", "seconds": 60, "version": "7" } ], "rows": [ { "component": "dot_kg_load", "cells": [
          { "componentRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450004", "status": "step_completed", "seconds": 12.5,
          "attempts": 1 } ] } ], "truncated": false }
        """;

    public static IServiceCollection AddGrid(this IServiceCollection services)
    {
        services.TryAddSingleton<GridQuery>();
        return services;
    }

    public static IEndpointRouteBuilder MapGrid(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/grid", GetGrid).WithName("GetGrid")
            .WithSummary("The components of one candidate against its latest runs: status and duration of each.")
            .Describes<RunGrid>().AddOpenApiOperationTransformer(QuerySchemas.Describe)
            .WithExamples(answer: Example);
        return routes;
    }

    static async Task<IResult> GetGrid(
        [AsParameters] GridListQuery query, [FromServices] GridQuery grid, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (candidate, runs, archived) = query.Read(text);
        text.Required("candidate", candidate);
        return text.Problem is { } problem
            ? problem
            : TypedResults.Json(
                await grid.Find(candidate!, runs, archived, cancellationToken), GridJson.Default.RunGrid);
    }
}
