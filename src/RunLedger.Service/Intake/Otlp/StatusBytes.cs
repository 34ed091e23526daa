namespace RunLedger.Service.Intake.Otlp;

/// <summary>An answer of bytes that is no success, which the framework has none for.</summary>
sealed class StatusBytes(int status, byte[] body, string mediaType) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = mediaType;
        httpContext.Response.ContentLength = body.Length;
        return httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
