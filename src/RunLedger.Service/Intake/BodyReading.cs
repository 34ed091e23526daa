using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using RunLedger.Service.Web;

namespace RunLedger.Service.Intake;

/// <summary>Reads the body of a request, unpacked, or says what is wrong with it.</summary>
sealed class BodyReading(IOptions<IntakeOptions> options, TimeProvider time)
{
    const string Encodings = "gzip, br, deflate";

    /// <returns>The answer where the body cannot be read; null where it has been.</returns>
    public async Task<ProblemHttpResult?> Read(HttpRequest request, RequestBody body)
    {
        var http = request.HttpContext;
        // What UseRequestDecompression unpacks is named here no more.
        if (request.Headers.ContentEncoding is { Count: > 0 } left
            && !left.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.Headers.AcceptEncoding = Encodings;
            return Problem(
                StatusCodes.Status415UnsupportedMediaType,
                $"The body's Content-Encoding cannot be unpacked: send one of {Encodings}, or none.");
        }

        using var deadline = new CancellationTokenSource(options.Value.BodyTime, time);
        // A token would leave the server's reader in the middle of a read.
        await using var late = deadline.Token.Register(request.BodyReader.CancelPendingRead);
        try
        {
            return await body.Read(request.BodyReader, http.RequestAborted)
                ? null
                : RateLimitAnswer.TooMany(http, "The bodies that arrive, or yours, take all the room there is");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested
            && !http.RequestAborted.IsCancellationRequested)
        {
            LeaveRest(request);
            return Problem(
                StatusCodes.Status408RequestTimeout,
                $"The body did not come within {options.Value.BodyTime}: send fewer observations at once, and without "
                    + "long pauses.");
        }
        catch (BadHttpRequestException e)
        {
            LeaveRest(request);
            return Problem(
                e.StatusCode,
                $"{e.Message} Send at most {body.MaxBytes:N0} bytes at once, and without long pauses.");
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            return Problem(
                StatusCodes.Status400BadRequest, $"The body is not what its Content-Encoding says: {e.Message}");
        }
    }

    // Nobody waits for it.
    static void LeaveRest(HttpRequest request)
    {
        if (HttpProtocol.IsHttp11(request.Protocol))
            request.HttpContext.Response.Headers.Connection = "close";
    }

    static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
