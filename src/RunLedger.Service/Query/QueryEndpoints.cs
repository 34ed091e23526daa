using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Actions;
using RunLedger.Service.Runs;
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
                ? TypedResults.Text(Csv(answer), "text/csv; charset=utf-8; header=present")
                : TypedResults.Json(answer, QueryJson.Default.QueryAnswer);
        }
        catch (QueryException e)
        {
            return TypedResults.Problem(e.Message, statusCode: e.TooMuch
                ? StatusCodes.Status429TooManyRequests
                : StatusCodes.Status400BadRequest);
        }
    }

    static string Csv(QueryAnswer answer)
    {
        var text = new StringBuilder();
        CsvLine.Append(text, [.. answer.Columns.Select(column => column.Name)]);
        foreach (var row in answer.Rows)
            CsvLine.Append(text, [.. row.Select(Cell)]);
        return text.ToString();
    }

    static string? Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
