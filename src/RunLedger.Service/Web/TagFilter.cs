using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;

namespace RunLedger.Service.Web;

/// <summary>
/// Gives an answer a weak ETag of what it says; who has it already is answered 304 without a body. The question is
/// asked all the same: what is spared is the way back.
/// </summary>
sealed class TagFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await next(context) is IResult result ? new Tagged(result) : null;

    sealed class Tagged(IResult inner) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            var body = response.Body;
            await using var kept = new FileBufferingWriteStream();
            using var hash = SHA256.Create();
            try
            {
                await using var hashing = new CryptoStream(kept, hash, CryptoStreamMode.Write, leaveOpen: true);
                response.Body = hashing;
                await inner.ExecuteAsync(httpContext);
                await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
            }
            finally
            {
                response.Body = body;
            }

            if (response.StatusCode == StatusCodes.Status200OK)
            {
                var tag = $"W/\"{Convert.ToHexStringLower(hash.Hash.AsSpan(0, 12))}\"";
                response.Headers.ETag = tag;
                response.Headers.CacheControl = "private, no-cache";
                if (httpContext.Request.Headers.IfNoneMatch.Any(sent => Has(sent, tag)))
                {
                    response.StatusCode = StatusCodes.Status304NotModified;
                    response.ContentType = null;
                    response.ContentLength = null;
                    return;
                }
            }

            await kept.DrainBufferAsync(body, httpContext.RequestAborted);
        }

        static bool Has(string? sent, string tag) => sent is not null
            && sent.Split(',', StringSplitOptions.TrimEntries)
                .Any(one => one == "*" || one == tag || $"W/{one}" == tag);
    }
}
