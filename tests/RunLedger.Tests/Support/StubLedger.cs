using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RunLedger.Tests.Support;

/// <summary>Something that answers HTTP as a ledger may, and keeps what it was asked.</summary>
sealed class StubLedger : IAsyncDisposable
{
    readonly WebApplication _app;

    StubLedger(WebApplication app)
    {
        _app = app;
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public string Url { get; }

    public ConcurrentQueue<string> Asked { get; } = new();

    /// <param name="answer">Given the request and the how many-th it is, from 1: status and JSON.</param>
    public static async Task<StubLedger> Start(Func<HttpRequest, int, (int Status, string Json)> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        StubLedger? stub = null;
        app.Run(async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            stub!.Asked.Enqueue(
                $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {await body.ReadToEndAsync()}"
                    .TrimEnd());
            var (status, json) = answer(http.Request, stub.Asked.Count);
            http.Response.StatusCode = status;
            http.Response.Headers.RetryAfter = "0";
            await http.Response.WriteAsync(json);
        });
        // Nobody can ask before its address is known.
        await app.StartAsync();
        return stub = new StubLedger(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
