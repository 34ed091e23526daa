namespace RunLedger.Service.Intake;

/// <summary>The body of a request, unpacked, or what is wrong with it.</summary>
sealed record RequestBytes(ReadOnlyMemory<byte> Body, IResult? Problem)
{
    const string Encodings = "gzip, br, deflate";

    public static async Task<RequestBytes> Read(HttpRequest request)
    {
        // What UseRequestDecompression unpacks is named here no more.
        if (request.Headers.ContentEncoding is { Count: > 0 } left
            && !left.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            request.HttpContext.Response.Headers.AcceptEncoding = Encodings;
            return Refuse(
                StatusCodes.Status415UnsupportedMediaType,
                $"The body's Content-Encoding cannot be unpacked: send one of {Encodings}, or none.");
        }

        var body = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            return Refuse(
                e.StatusCode,
                $"{e.Message} Send at most {IntakeLimits.MaxBodyBytes:N0} bytes at once, and without long pauses.");
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            return Refuse(
                StatusCodes.Status400BadRequest, $"The body is not what its Content-Encoding says: {e.Message}");
        }

        return new(body.GetBuffer().AsMemory(0, (int)body.Length), null);
    }

    static RequestBytes Refuse(int status, string detail) =>
        new(default, TypedResults.Problem(detail, statusCode: status));
}
