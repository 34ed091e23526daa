using System.ComponentModel;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Service.Actions;
using RunLedger.Service.Failures;
using RunLedger.Service.Grid;
using RunLedger.Service.Overview;
using RunLedger.Service.Policies;
using RunLedger.Service.Rejected;
using RunLedger.Service.Web;

namespace RunLedger.Service.Runs;

/// <summary>
/// The reading side of the API. What it declares for OpenAPI is served by the host's <c>MapOpenApi</c>.
/// </summary>
static class ReadingEndpoints
{
    /// <summary>
    /// Maps <c>GET /api/runs…</c>, <c>/api/summary</c> and <c>/api/rejected…</c>; needs <c>AddLedgerReading</c>.
    /// </summary>
    public static IEndpointRouteBuilder MapLedgerReading(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/runs/export", RunExport.Export).WithName("ExportRuns").WithTags("Reading")
            .WithSummary("Every run of the filters of /api/runs, newest first, as CSV or NDJSON, streamed.")
            .WithDescription("limit, cursor and before count for nothing. In CSV a text that a spreadsheet would take for a "
                + "formula has an apostrophe before it.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv", "application/x-ndjson").ProducesValidationProblem()
            .AddEndpointFilter<OutageFilter>().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer(QuerySchemas.Describe);
        var api = routes.MapGroup("/api").WithTags("Reading")
            .AddEndpointFilter<OutageFilter>().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddEndpointFilter<TagFilter>().WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified));
        api.MapGet("/runs", ListRuns).WithName("ListRuns")
            .WithSummary("Lists runs, newest first, a page at a time.")
            .WithDescription("Newest by createdAt, the time at which the ledger first heard of the run: every run has "
                + "it and it never changes, so that pages neither skip nor repeat. Filters combine with and.")
            .Answers<PageAnswer<RunAnswer>>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/runs/{id}", GetRun).WithName("GetRun")
            .WithSummary("One run, by its id or an alias, archived or not.")
            .Answers<RunAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/runs/{id}/components", ListComponents).WithName("ListComponents")
            .WithSummary("The components of a run in the order they started, a page at a time.")
            .Answers<PageAnswer<ComponentAnswer>>().ProducesProblem(StatusCodes.Status404NotFound)
            .AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/runs/{id}/tree", GetTree).WithName("GetRunTree")
            .WithSummary("A run with the runs it started, nested, and its chain of parents up to the root.")
            .WithDescription($"At most {RunTreeQuery.MaxRuns} runs and {RunTreeQuery.MaxDepth} levels each way; "
                + "truncated says when there is more.")
            .Answers<RunTree>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/summary", GetSummary).WithName("GetSummary")
            .WithSummary("How many runs are in each status.")
            .Produces<SummaryAnswer>();
        api.MapGet("/policies", ([FromServices] RunLedgerOptions options) =>
                TypedResults.Json(PoliciesAnswer.Of(options.Deadlines), ReadingJson.Default.PoliciesAnswer))
            .WithName("GetPolicies")
            .WithSummary("By which limits runs count as stuck, and rows as orphans.")
            .Produces<PoliciesAnswer>();
        api.MapGet("/retention/preview", Preview).WithName("PreviewRetention")
            .WithSummary("Which runs would leave the ledger's tables for the archive now; changes nothing.")
            .Produces<RetentionPreview>();
        api.MapGet("/rejected", ListRejected).WithName("ListRejected")
            .WithSummary("Lists what could not be taken, newest first, a page at a time.")
            .WithDescription($"Payloads are cut to {RejectedQueries.HeadBytes} bytes; payloadTruncated says which.")
            .Answers<PageAnswer<RejectedAnswer>>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/rejected/groups", async ([FromServices] RejectedQueries rejected, CancellationToken cancellationToken) =>
                TypedResults.Json(await rejected.Groups(cancellationToken), ReadingJson.Default.RejectedGroups))
            .WithName("GroupRejected")
            .WithSummary("What is set aside and open, by contract and what is wrong; the largest group first.")
            .WithDescription("Reasons that differ only in numbers, ids, paths and quoted text are one. At most "
                + $"{RejectedQueries.MostCounted} of the newest rows are counted; truncated says when there are more.")
            .Produces<RejectedGroups>();
        api.MapGet("/rejected/{id}", GetRejected).WithName("GetRejected")
            .WithSummary("One rejected observation with its whole payload.")
            .Answers<RejectedAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/overview", async ([FromServices] OverviewQuery overview, CancellationToken cancellationToken) =>
                TypedResults.Json(await overview.Find(cancellationToken), ReadingJson.Default.Overview))
            .WithName("GetOverview")
            .WithSummary("How the ledger and what it observes are: counts, throughput, sweeps, freshness, replicas and queues.")
            .WithDescription("An answer is kept for two seconds.")
            .Produces<Overview.Overview>();
        api.MapGet("/activity", GetActivity).WithName("GetActivity")
            .WithSummary("The latest changes: runs that are new, ended or were flagged, newest first.")
            .Answers<ActivityAnswer>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/failures", ListFailures).WithName("GroupFailures")
            .WithSummary("What failed, by candidate, component and error text, with its trend.")
            .WithDescription("Texts that differ only in numbers, ids, paths and quoted text are one. Cut by endedAt. At most "
                + $"{FailureQueries.MostRead} of the newest failures of runs, and of components, are counted; truncated says "
                + "when there are more.")
            .Answers<FailureGroups>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/grid", GetGrid).WithName("GetGrid")
            .WithSummary("The components of one candidate against its latest runs: status and duration of each.")
            .Answers<RunGrid>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/actions", ListActions).WithName("ListActions")
            .WithSummary("What people did, and what became of it, newest first, a page at a time.")
            .Answers<PageAnswer<OperatorAction>>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/actions/{id}", GetAction).WithName("GetAction")
            .WithSummary("One action; of work on a group its detail says how far it is.")
            .Answers<OperatorAction>().ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    static async Task<IResult> ListRuns(
        [AsParameters] RunListQuery query, [FromServices] RunQueries runs, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var filter = query.Filter(text);
        var list = $"runs\n{filter.Fingerprint}";
        var (limit, after, before) =
            (text.Limit(query.Limit), text.After(query.Cursor, list), text.After(query.Before, list, "before"));
        if (after is not null && before is not null)
            text.Refuse<PageKey?>("before", "It goes the other way than cursor: send one of them.");
        return text.Problem is { } problem
            ? problem
            : Paged(
                before is { } end
                    ? await runs.ListBack(filter, end, limit, cancellationToken)
                    : await runs.List(filter, after, limit, cancellationToken),
                RunAnswer.Of,
                list,
                ReadingJson.Default.PageAnswerRunAnswer);
    }

    static async Task<IResult> GetRun(string id, [FromServices] RunQueries runs, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var run = text.Id("id", id);
        return text.Problem is { } problem ? problem
            : await runs.Find(run.GetValueOrDefault(), cancellationToken) is { } row
                ? TypedResults.Json(
                    RunAnswer.Of(row, await runs.ArchivedAt(row.ProcessRunId, cancellationToken)), ReadingJson.Default.RunAnswer)
                : Unknown("run", id);
    }

    static async Task<IResult> ListComponents(
        string id,
        [Description("How many components a page holds at most.")] string? limit,
        [Description("nextCursor of the page before, for the page after it.")] string? cursor,
        [FromServices] RunQueries runs,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (sent, count) = (text.Id("id", id), text.Limit(limit));
        if (text.Problem is { } unreadable)
        {
            return unreadable;
        }
        if (await runs.Resolve(sent.GetValueOrDefault(), cancellationToken) is not { } run)
        {
            return Unknown("run", id);
        }
        var list = $"components\n{run}";
        var after = text.After(cursor, list);
        return text.Problem is { } problem ? problem : Paged(
            await runs.Components(run, after, count, cancellationToken),
            ComponentAnswer.Of,
            list,
            ReadingJson.Default.PageAnswerComponentAnswer);
    }

    static async Task<IResult> GetTree(string id, [FromServices] RunTreeQuery trees, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var run = text.Id("id", id);
        return text.Problem is { } problem ? problem
            : await trees.Find(run.GetValueOrDefault(), cancellationToken) is { } tree
                ? TypedResults.Json(tree, ReadingJson.Default.RunTree)
                : Unknown("run", id);
    }

    static async Task<IResult> GetSummary([FromServices] RunQueries runs, CancellationToken cancellationToken) =>
        TypedResults.Json(SummaryAnswer.Of(await runs.Counts(cancellationToken)), ReadingJson.Default.SummaryAnswer);

    static async Task<IResult> Preview(
        [FromServices] IArchiveStore archive,
        [FromServices] RetentionPeriods periods,
        [FromServices] ArchiveState state,
        [FromServices] TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
        var due = await archive.Preview(periods, now, cancellationToken);
        return TypedResults.Json(RetentionPreview.Of(due, periods, now, state.Fault), ReadingJson.Default.RetentionPreview);
    }

    static async Task<IResult> ListRejected(
        [Description("Only rows in this state: open, resending, resent or discarded.")] string? state,
        [Description("Only open rows of this group, a fingerprint of /api/rejected/groups.")] string? group,
        [Description("How many a page holds at most.")] string? limit,
        [Description("nextCursor of the page before, for the page after it.")] string? cursor,
        [Description("prevCursor of a page, for the page of newer ones before it.")] string? before,
        [FromServices] RejectedQueries rejected,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (which, fingerprint) = (text.OneOf("state", state, RejectedQueries.States), text.Text("group", group));
        var list = $"rejected\n{which}\n{fingerprint}";
        var (count, after, end) = (text.Limit(limit), text.After(cursor, list), text.After(before, list, "before"));
        if (after is not null && end is not null)
            text.Refuse<PageKey?>("before", "It goes the other way than cursor: send one of them.");
        return text.Problem is { } problem ? problem : Paged(
            end is { } key
                ? await rejected.ListBack(which, fingerprint, key, count, cancellationToken)
                : await rejected.List(which, fingerprint, after, count, cancellationToken),
            RejectedAnswer.Of,
            list,
            ReadingJson.Default.PageAnswerRejectedAnswer);
    }

    static async Task<IResult> GetRejected(
        string id, [FromServices] RejectedQueries rejected, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var sent = text.Id("id", id);
        return text.Problem is { } problem ? problem
            : await rejected.Find(sent.GetValueOrDefault(), cancellationToken) is { } row
                ? TypedResults.Json(RejectedAnswer.Of(new(row, row.Payload.Length)), ReadingJson.Default.RejectedAnswer)
                : Unknown("rejected observation", id);
    }

    static async Task<IResult> GetActivity(
        [Description("How many, at most.")] string? limit, [FromServices] ActivityQuery activity, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var count = text.Limit(limit);
        return text.Problem is { } problem
            ? problem
            : TypedResults.Json(new ActivityAnswer { Items = await activity.Latest(count, cancellationToken) }, ReadingJson.Default.ActivityAnswer);
    }

    static async Task<IResult> ListFailures(
        [Description("Only failures that ended at this time or later (ISO 8601); without it the last 24 hours.")] string? since,
        [FromServices] FailureQueries failures,
        [FromServices] TimeProvider time,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var from = text.Time("since", since) ?? time.GetUtcNow().UtcDateTime.AddDays(-1);
        return text.Problem is { } problem
            ? problem
            : TypedResults.Json(await failures.Groups(from, cancellationToken), ReadingJson.Default.FailureGroups);
    }

    static async Task<IResult> GetGrid(
        [Description("The process candidate, exactly.")] string? candidate,
        [Description("How many of its latest runs, at most 100; without it 30.")] string? runs,
        [FromServices] GridQuery grid,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var code = text.Required("candidate", text.Text("candidate", candidate));
        var count = text.Number("runs", runs, GridQuery.DefaultRuns, GridQuery.MostRuns);
        return text.Problem is { } problem
            ? problem
            : TypedResults.Json(await grid.Find(code!, count, cancellationToken), ReadingJson.Default.RunGrid);
    }

    static async Task<IResult> ListActions(
        [Description("How many a page holds at most.")] string? limit,
        [Description("nextCursor of the page before, for the page after it.")] string? cursor,
        [FromServices] ActionQueries actions,
        CancellationToken cancellationToken)
    {
        const string List = "actions";
        var text = new QueryReader();
        var (count, after) = (text.Limit(limit), text.After(cursor, List));
        return text.Problem is { } problem ? problem : Paged(
            await actions.List(after, count, cancellationToken), action => action, List, ReadingJson.Default.PageAnswerOperatorAction);
    }

    static async Task<IResult> GetAction(string id, [FromServices] ActionQueries actions, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var sent = text.Id("id", id);
        return text.Problem is { } problem ? problem
            : await actions.Find(sent.GetValueOrDefault(), cancellationToken) is { } action
                ? TypedResults.Json(action, ReadingJson.Default.OperatorAction)
                : Unknown("action", id);
    }

    static JsonHttpResult<PageAnswer<TAnswer>> Paged<TRow, TAnswer>(
        Page<TRow> page, Func<TRow, TAnswer> answer, string list, JsonTypeInfo<PageAnswer<TAnswer>> json) =>
        TypedResults.Json(
            new PageAnswer<TAnswer>
            {
                Items = page.Items.Select(answer).ToList(),
                NextCursor = page.Next is { } next ? Cursor.Write(next, list) : null,
                PrevCursor = page.Previous is { } previous ? Cursor.Write(previous, list) : null,
                SearchedNewest = page.Cut ? RunSearch.MostSearched : null,
            },
            json);

    static ProblemHttpResult Unknown(string what, string id) => TypedResults.Problem(
        $"The ledger has no {what} {id}.", statusCode: StatusCodes.Status404NotFound, title: "Not found.");

    static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route) =>
        route.Produces<T>().ProducesValidationProblem();
}
