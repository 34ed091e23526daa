using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Actions;
using RunLedger.Service.Settings;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;

namespace RunLedger.Service.Query;

/// <summary>SQL over all runs.</summary>
static class QueryEndpoints
{
    public static IServiceCollection AddQuery(this IServiceCollection services)
    {
        services.AddOptions<QueryOptions>()
            .Configure<IConfiguration>((options, settings) =>
                LedgerSettings.Bind(settings.GetSection(QueryOptions.Section), options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<QuerySource>();
        services.AddSingleton<LedgerQuery>();
        services.AddSingleton<SavedQueries>();
        services.AddSingleton<SavedQueryActions>();
        return services;
    }

    public static IEndpointRouteBuilder MapQuery(this IEndpointRouteBuilder routes)
    {
        routes.MapGroup("/api").WithTags("Reading")
            .AddEndpointFilter<OutageFilter>().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .MapPost("/query", Ask).WithName("Query").WithMetadata(new ReadsOnlyAttribute { Posts = true })
            .WithSummary("One SQL select over all runs and components, archived or not.")
            .WithDescription("In DuckDB's dialect, over the views runs and components, whose columns are those of the "
                + "tables. It reads and does nothing else; time, memory, rows and bytes are limited. With "
                + "Accept: text/csv the answer is CSV.")
            .Accepts<QueryRequest>("application/json")
            .Produces<QueryAnswer>().Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        routes.MapSavedQueries();
        var forms = routes.MapForms();
        forms.MapPost("/query/csv", AskByForm).WithMetadata(new ReadsOnlyAttribute { Posts = true });
        forms.MapPost("/query/save", SaveByForm);
        forms.MapPost("/query/delete", DeleteByForm);
        return routes;
    }

    static async Task<IResult> Ask(
        HttpContext http, [FromServices] LedgerQuery query, CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<QueryRequest>(http.Request, cancellationToken);
        if (body is null)
            return problem!;
        try
        {
            var answer = await query.Ask(body.Sql, Operator.From(http), cancellationToken);
            return http.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/csv")
                ? TypedResults.Text(QueryCsv.Text(answer), "text/csv; charset=utf-8; header=present")
                : TypedResults.Json(answer, QueryJson.Default.QueryAnswer);
        }
        catch (QueryException e)
        {
            return Refused(e);
        }
    }

    static async Task<IResult> AskByForm(
        HttpContext http, [FromForm] string? sql, LedgerQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await query.Ask(Lines(sql), Operator.From(http), cancellationToken);
            return TypedResults.File(
                Encoding.UTF8.GetBytes(QueryCsv.Text(answer)), "text/csv; charset=utf-8; header=present", "answer.csv");
        }
        catch (QueryException e)
        {
            return Refused(e);
        }
    }

    static async Task<IResult> SaveByForm(
        HttpContext http, [FromForm] string? name, [FromForm] string? sql, SavedQueryActions saved,
        CancellationToken cancellationToken)
    {
        (name, sql) = (name?.Trim(), Lines(sql));
        if (SavedQuery.Fault(name, sql) is { } fault)
            return FormOutcomes.Back(QueryPage.Path, fault);
        var outcome = await saved.Save(name!, sql!, Operator.From(http), cancellationToken);
        return FormOutcomes.Back($"{QueryPage.Path}?saved={Uri.EscapeDataString(name!)}", outcome);
    }

    // A form has the line ends of the network.
    static string? Lines(string? sql) => sql?.ReplaceLineEndings("\n");

    static async Task<IResult> DeleteByForm(
        HttpContext http, [FromForm] string? name, SavedQueryActions saved, CancellationToken cancellationToken)
    {
        var outcome = await saved.Delete(
            name ?? "", Operator.From(http), SavedQuery.MayDeleteAll(http), cancellationToken);
        return FormOutcomes.Back(QueryPage.Path, outcome);
    }

    static ProblemHttpResult Refused(QueryException e) => TypedResults.Problem(e.Message, statusCode: e.TooMuch
        ? StatusCodes.Status429TooManyRequests
        : StatusCodes.Status400BadRequest);
}
