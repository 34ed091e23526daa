using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Folding;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;

namespace RunLedger.Service.Runs;

/// <summary>
/// <c>GET /api/runs/export</c>: every run of a filter. A few are in memory at a time, and large evidence one by one,
/// for as long as their reader leaves them there.
/// </summary>
static class RunExport
{
    /// <summary>Sent at once.</summary>
    const int Bytes = 32 * 1024;

    public static IEndpointRouteBuilder MapRunExport(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/runs/export", Export).WithName("ExportRuns").WithTags("Reading")
            .WithSummary("Every run of the filters of /api/runs, newest first, as CSV or NDJSON, streamed.")
            .WithDescription(
                "limit, cursor and before count for nothing. In CSV a text that a spreadsheet would take for a "
                    + "formula has an apostrophe before it.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv", "application/x-ndjson").ProducesValidationProblem()
            .RequireRateLimiting(ReadingLimits.Export).ProducesProblem(StatusCodes.Status429TooManyRequests)
            .AddEndpointFilter<OutageFilter>().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithMetadata(new ReadsOnlyAttribute()).AddEndpointFilter<StandbyFilter>()
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
        var body = http.Response.BodyWriter;
        var encoder = Encoding.UTF8.GetEncoder();
        if (kind == "csv")
            Write(line => CsvLine.Append(line, Columns), body, encoder);
        for (; any; any = await rows.MoveNextAsync())
        {
            var run = RunAnswer.From(rows.Current);
            if (kind == "csv")
                Write(line => Append(line, run), body, encoder);
            else
                Write(run, body);
            if (body.UnflushedBytes >= Bytes)
                await body.FlushAsync(cancellationToken);
        }

        await body.FlushAsync(cancellationToken);
        return TypedResults.Empty;
    }

    static void Write(RunAnswer run, IBufferWriter<byte> body)
    {
        using (var json = new Utf8JsonWriter(body))
            JsonSerializer.Serialize(json, run, RunsJson.Default.RunAnswer);
        body.Write("\n"u8);
    }

    static void Write(Action<StringBuilder> append, IBufferWriter<byte> body, Encoder encoder)
    {
        var line = new StringBuilder();
        append(line);
        // A character of two parts may lie on two of the builder's.
        foreach (var part in line.GetChunks())
            encoder.Convert(part.Span, body, flush: false, out _, out _);
    }

    static readonly string[] Columns =
    [
        "processRunId", "processCandidateCode", "processDefinitionCode", "correlationId", "parentRunId", "status",
        "attempt", "sourceSystem", "idempotencyKey", "inputRef", "outputRef", "errorRef", "startedAt", "endedAt",
        "createdAt", "evidenceRef", "archivedAt",
    ];

    static void Append(StringBuilder line, RunAnswer run) => CsvLine.Append(
        line, $"{run.ProcessRunId}", run.ProcessCandidateCode, run.ProcessDefinitionCode, run.CorrelationId,
        $"{run.ParentRunId}", run.Status, $"{run.Attempt}", run.SourceSystem, run.IdempotencyKey, run.InputRef,
        run.OutputRef, run.ErrorRef, Time(run.StartedAt), Time(run.EndedAt), Time(run.CreatedAt),
        run.EvidenceRef is { } evidence ? Encoding.UTF8.GetString(evidence.Utf8.Span) : null, Time(run.ArchivedAt));

    static string? Time(DateTime? time) => time is { } utc ? LedgerTime.Text(utc) : null;
}
