using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Actions;
using RunLedger.Service.Web;

namespace RunLedger.Service.Query;

/// <summary>Statements that were saved, for programs; the page has the same as forms.</summary>
static class SavedQueryEndpoints
{
    const string Folder = "/query/saved/";

    const string Example =
        """
        { "sql": "select process_candidate_code, count(*) from runs where status = 'failed' group by all" }
        """;

    public static IEndpointRouteBuilder MapSavedQueries(this IEndpointRouteBuilder routes)
    {
        var reading = routes.MapReading();
        reading.MapGet("/query/saved", List).WithName("ListSavedQueries")
            .WithSummary("The statements that were saved, by name.").Produces<SavedQueriesAnswer>();
        reading.MapGet("/query/saved/{**name}", Get).WithName("GetSavedQuery").WithSummary("One saved statement.")
            .WithDescription("The name is percent-encoded, slashes too.")
            .Produces<SavedQuery>().ProducesProblem(StatusCodes.Status404NotFound);
        var operating = routes.MapOperating();
        operating.MapPut("/query/saved/{**name}", Put).WithName("PutSavedQuery")
            .WithSummary("Saves a statement under a name, or changes it.")
            .WithDescription("Who saved it may change it, nobody else. A ledger has at most 500.")
            .Accepts<SavedQueryBody>("application/json")
            .Produces<SavedQuery>().Produces<SavedQuery>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status409Conflict).WithExamples(Example);
        operating.MapDelete("/query/saved/{**name}", Delete).WithName("DeleteSavedQuery")
            .WithSummary("Deletes a saved statement.")
            .WithDescription("Who saved it deletes it, or who has the scope operate too: others are answered 403.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    static async Task<IResult> List([FromServices] SavedQueries saved, CancellationToken cancellationToken) =>
        TypedResults.Json(
            new SavedQueriesAnswer(await saved.List(cancellationToken)), QueryJson.Default.SavedQueriesAnswer);

    static async Task<IResult> Get(
        string name, HttpContext http, [FromServices] SavedQueries saved, CancellationToken cancellationToken)
    {
        name = NameOf(http);
        return await saved.Find(name, cancellationToken) is { } found
            ? TypedResults.Json(found, QueryJson.Default.SavedQuery)
            : Answers.Unknown("saved statement", name);
    }

    static async Task<IResult> Put(
        string name,
        HttpContext http,
        [FromServices] SavedQueryActions actions,
        [FromServices] SavedQueries saved,
        CancellationToken cancellationToken)
    {
        name = NameOf(http);
        var (body, problem) = await OperatorBody.Read<SavedQueryBody>(http.Request, cancellationToken);
        if (problem is not null)
            return problem;
        if (SavedQuery.Fault(name, body!.Sql) is { } fault)
            return OperatorBody.Bad(SavedQuery.Outcomes[fault]);
        var outcome = await actions.Save(name, body.Sql!, Operator.From(http), cancellationToken);
        return outcome is SavedQuery.Saved or SavedQuery.Changed
            ? TypedResults.Json(
                await saved.Find(name, cancellationToken),
                QueryJson.Default.SavedQuery,
                statusCode: outcome == SavedQuery.Saved ? StatusCodes.Status201Created : StatusCodes.Status200OK)
            : TypedResults.Problem(SavedQuery.Outcomes[outcome], statusCode: StatusCodes.Status409Conflict);
    }

    static async Task<IResult> Delete(
        string name, HttpContext http, [FromServices] SavedQueryActions actions, CancellationToken cancellationToken)
    {
        name = NameOf(http);
        return await actions.Delete(
            name, Operator.From(http), SavedQuery.MayDeleteAll(http), cancellationToken) switch
        {
            SavedQuery.Deleted => TypedResults.NoContent(),
            SavedQuery.Another => TypedResults.Problem(
                SavedQuery.Outcomes[SavedQuery.Another], statusCode: StatusCodes.Status403Forbidden),
            _ => Answers.Unknown("saved statement", name),
        };
    }

    static string NameOf(HttpContext http) => Uri.UnescapeDataString(SentPath.After(http, Folder));
}
