using System.Reflection;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Net.Http.Headers;
using RunLedger.Service.Security;
using RunLedger.Service.Settings;
using RunLedger.Service.Standby;

namespace RunLedger.Service.Web;

/// <summary>The operators' page.</summary>
static class PageSetup
{
    public static IServiceCollection AddPage(this IServiceCollection services, IConfiguration settings)
    {
        services.AddOptions<PageOptions>()
            .Configure(options => LedgerSettings.Bind(settings.GetSection(PageOptions.Section), options))
            .Validate(
                options => options.TraceUrl is not { } url || (url.Contains("{traceId}", StringComparison.Ordinal)
                    && Uri.TryCreate(options.Trace("0"), UriKind.Absolute, out var link)
                    && link.Scheme is "http" or "https"),
                "Page:TraceUrl is no http or https address with {traceId} in it.")
            .ValidateOnStart();
        services.AddRazorComponents();
        return services;
    }

    public static void MapPage(this WebApplication app)
    {
        // Of the build, and not of a folder beside it: they are there however the service is started.
        app.MapFile("/page.css", "text/css; charset=utf-8").AllowAnonymous();
        app.MapFile("/page.js", "text/javascript; charset=utf-8").AllowAnonymous();
        var pages = app.MapRazorComponents<App>().RequireAuthorization(Scopes.Read);
        pages.Add(page =>
        {
            if (!page.Metadata.OfType<ReadsOnlyAttribute>().Any())
                page.Metadata.Add(new ReadsOnlyAttribute());
            // One that takes more than others names its own limit.
            if (!page.Metadata.OfType<EnableRateLimitingAttribute>().Any())
                page.Metadata.Add(new EnableRateLimitingAttribute(ReadingLimits.Read));
        });
    }

    static RouteHandlerBuilder MapFile(this WebApplication app, string path, string type)
    {
        using var stream = typeof(PageSetup).Assembly.GetManifestResourceStream($"page/{path[1..]}")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var tag = new EntityTagHeaderValue($"\"{typeof(PageSetup).Assembly.ManifestModule.ModuleVersionId:N}\"");
        return app.MapGet(path, (HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "no-cache";
            return TypedResults.Bytes(bytes, type, entityTag: tag);
        }).ExcludeFromDescription();
    }
}
