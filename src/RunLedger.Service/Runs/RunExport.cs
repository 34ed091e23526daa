using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Folding;
using RunLedger.Service.Web;

namespace RunLedger.Service.Runs;

/// <summary><c>GET /api/runs/export</c>: every run of a filter, a page in memory at a time.</summary>
static class RunExport
{
    /// <summary>Sent at once.</summary>
    const int Chars = 32 * 1024;

    public static IEndpointRouteBuilder MapRunExport(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/runs/export", Export).WithName("ExportRuns").WithTags("Reading")
            .WithSummary("Every run of the filters of /api/runs, newest first, as CSV or NDJSON, streamed.")
            .WithDescription(
                "limit, cursor and before count for nothing. In CSV a text that a spreadsheet would take for a "
                    + "formula has an apostrophe before it.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv", "application/x-ndjson").ProducesValidationProblem()
            .AddEndpointFilter<OutageFilter>().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer(QuerySchemas.Describe);
        return routes;
    }

    static async Task<IResult> Export(
        [AsParameters] RunListQuery query,
        string? format,
        [FromServices] RunQueries runs,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var filter = query.Filter(text);
        var kind = text.Required("format", text.OneOf("format", format, ["csv", "ndjson"]));
        if (text.Problem is { } problem)
            return problem;
        // What is wrong with the database is said before the first line has gone.
        await using var rows = runs.Stream(filter, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var any = await rows.MoveNextAsync();
        http.Response.ContentType = kind == "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"runs.{kind}\"";
        var lines = new StringBuilder();
        if (kind == "csv")
            CsvLine.Append(lines, Columns);
        for (; any; any = await rows.MoveNextAsync())
        {
            Append(lines, RunAnswer.From(rows.Current), kind == "csv");
            if (lines.Length >= Chars)
                await Send();
        }

        await Send();
        return TypedResults.Empty;

        async Task Send()
        {
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
            lines.Clear();
        }
    }

    static readonly string[] Columns =
    [
        "processRunId", "processCandidateCode", "processDefinitionCode", "correlationId", "parentRunId", "status",
        "sourceSystem", "idempotencyKey", "inputRef", "outputRef", "errorRef", "startedAt", "endedAt", "createdAt",
        "evidenceRef",
    ];

    static void Append(StringBuilder lines, RunAnswer run, bool csv)
    {
        if (!csv)
        {
            lines.Append(JsonSerializer.Serialize(run, RunsJson.Default.RunAnswer)).Append('\n');
            return;
        }

        CsvLine.Append(
            lines, $"{run.ProcessRunId}", run.ProcessCandidateCode, run.ProcessDefinitionCode, run.CorrelationId,
            $"{run.ParentRunId}", run.Status, run.SourceSystem, run.IdempotencyKey, run.InputRef, run.OutputRef,
            run.ErrorRef, Time(run.StartedAt), Time(run.EndedAt), Time(run.CreatedAt),
            run.EvidenceRef is { } evidence ? Encoding.UTF8.GetString(evidence.Utf8.Span) : null);
    }

    static string? Time(DateTime? time) => time is { } utc ? LedgerTime.Text(utc) : null;
}
