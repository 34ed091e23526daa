using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Service.Unlike;
using RunLedger.Service.Web;

namespace RunLedger.Service.Runs;

/// <summary>The runs, one, its components, its tree, and how many there are.</summary>
static class RunEndpoints
{
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.TryAddSingleton<RunQueries>();
        services.TryAddSingleton<RunTreeQuery>();
        services.TryAddSingleton<UnlikeQueries>();
        services.TryAddSingleton<RunClosing>();
        services.TryAddSingleton<RunLeaving>();
        return services;
    }

    public static IEndpointRouteBuilder MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapRunExport();
        var api = routes.MapReading();
        api.MapGet("/runs", ListRuns).WithName("ListRuns")
            .WithSummary("Lists runs, newest first, a page at a time.")
            .WithDescription("Newest by createdAt, the time at which the ledger first heard of the run: every run has "
                + "it and it never changes, so that pages neither skip nor repeat. Filters combine with and. Evidence "
                + "that is too large for a list is left out, and a page of long texts ends before its limit.")
            .Describes<PageAnswer<RunAnswer>>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/runs/{id}", GetRun).WithName("GetRun")
            .WithSummary("One run, by its id or an alias, archived or not.")
            .Describes<RunAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/runs/{id}/components", ListComponents).WithName("ListComponents")
            .WithSummary("The components of a run in the order they started, a page at a time.")
            .WithDescription("As in the list of runs, evidence that is too large is left out.")
            .Describes<PageAnswer<ComponentAnswer>>().ProducesProblem(StatusCodes.Status404NotFound)
            .AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/runs/{id}/components/{componentId}", GetComponent).WithName("GetComponent")
            .WithSummary("One component of a run, with all its evidence, archived or not.")
            .Describes<ComponentAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/runs/{id}/tree", GetTree).WithName("GetRunTree")
            .WithSummary("A run with the runs it started, nested, and its chain of parents up to the root.")
            .WithDescription($"At most {RunTreeQuery.MaxRuns} runs and {RunTreeQuery.MaxDepth} levels each way; "
                + "truncated says when there is more.")
            .Describes<RunTree>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/summary", GetSummary).WithName("GetSummary")
            .WithSummary("How many runs are in each status.")
            .Produces<SummaryAnswer>();
        return routes;
    }

    static async Task<IResult> ListRuns(
        [AsParameters] RunListQuery query,
        [FromServices] RunQueries runs,
        [FromServices] UnlikeQueries unlike,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (filter, page) = query.Read(text);
        if (text.Problem is { } problem)
            return problem;
        var found = await runs.ListWithEvidence(filter, page, cancellationToken);
        var of = await unlike.Of([.. found.Items.Select(run => run.Row)], cancellationToken);
        return Answers.Paged(
            found, page, run => RunAnswer.From(run).With(of(run.Row)), RunsJson.Default.PageAnswerRunAnswer);
    }

    static async Task<IResult> GetRun(
        string id,
        [FromServices] RunQueries runs,
        [FromServices] UnlikeQueries unlike,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var run = text.Id("id", id);
        if (text.Problem is { } problem)
            return problem;
        if (await runs.Find(run.GetValueOrDefault(), cancellationToken) is not { } row)
            return Answers.Unknown("run", id);
        var archived = await runs.ArchivedAt(row.ProcessRunId, cancellationToken);
        var answer = RunAnswer.From(row, archived).With((await unlike.Of([row], cancellationToken))(row));
        return TypedResults.Json(
            archived is null ? answer with { Outlook = await unlike.Outlook(row, cancellationToken) } : answer,
            RunsJson.Default.RunAnswer);
    }

    static async Task<IResult> ListComponents(
        string id,
        [AsParameters] ComponentListQuery query,
        [FromServices] RunQueries runs,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var sent = text.Id("id", id);
        text.Limit(query.Limit);
        if (text.Problem is { } unreadable)
            return unreadable;
        if (await runs.Resolve(sent.GetValueOrDefault(), cancellationToken) is not { } run)
            return Answers.Unknown("run", id);
        var page = query.Read(text, run);
        return text.Problem is { } problem
            ? problem
            : Answers.Paged(
                await runs.Components(run, page.After, page.Limit, cancellationToken),
                page,
                ComponentAnswer.From,
                RunsJson.Default.PageAnswerComponentAnswer);
    }

    static async Task<IResult> GetComponent(
        string id, string componentId, [FromServices] RunQueries runs, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (sent, component) = (text.Id("id", id), text.Id("componentId", componentId));
        if (text.Problem is { } problem)
            return problem;
        if (await runs.Resolve(sent.GetValueOrDefault(), cancellationToken) is not { } run)
            return Answers.Unknown("run", id);
        return await runs.Component(run, component.GetValueOrDefault(), cancellationToken) is { } row
            ? TypedResults.Json(ComponentAnswer.From(row), RunsJson.Default.ComponentAnswer)
            : Answers.Unknown("component", componentId);
    }

    static async Task<IResult> GetTree(
        string id, [FromServices] RunTreeQuery trees, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var run = text.Id("id", id);
        return text.Problem is { } problem ? problem
            : await trees.Find(run.GetValueOrDefault(), cancellationToken) is { } tree
                ? TypedResults.Json(tree, RunsJson.Default.RunTree)
                : Answers.Unknown("run", id);
    }

    static async Task<IResult> GetSummary([FromServices] RunQueries runs, CancellationToken cancellationToken) =>
        TypedResults.Json(SummaryAnswer.From(await runs.Counts(cancellationToken)), RunsJson.Default.SummaryAnswer);
}
