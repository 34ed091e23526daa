using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RunLedger.Testing;

/// <summary>Somebody's HTTP server on loopback, which keeps what it is sent.</summary>
sealed class Receiver : IAsyncDisposable
{
    readonly WebApplication _app;

    Receiver(WebApplication app)
    {
        _app = app;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public string Address { get; }

    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>Answers; without it 204.</summary>
    public Func<HttpContext, string, Task>? Answer { get; set; }

    /// <param name="withBadCertificate">Whether it speaks TLS with a certificate that nobody trusts.</param>
    /// <param name="port">0 is any.</param>
    public static async Task<Receiver> Start(bool withBadCertificate = false, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (withBadCertificate)
                listen.UseHttps(Certificate());
        }));
        var app = builder.Build();
        Receiver? receiver = null;
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            receiver!.Requests.Enqueue(new(
                $"{http.Request.Path}",
                http.Request.Headers.ToDictionary(
                    header => header.Key, header => $"{header.Value}", StringComparer.OrdinalIgnoreCase),
                body));
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            if (receiver.Answer is { } answer)
                await answer(http, body);
        });
        await app.StartAsync();
        return receiver = new(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            "CN=nobody.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var own = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch, new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>What was sent.</summary>
    internal sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers, string Body);
}
