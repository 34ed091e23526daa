using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// The address of OTLP over gRPC. A server that speaks HTTP/1.1 and HTTP/2 on one port is told by TLS which it is;
/// without TLS gRPC has a port of its own.
/// </summary>
static class GrpcAddress
{
    const string Setting = $"{IntakeOptions.Section}:{nameof(IntakeOptions.GrpcUrl)}";

    /// <summary>After the service's own addresses are known, which it joins.</summary>
    public static void Add(WebApplicationBuilder builder)
    {
        if (builder.Configuration[Setting] is not { Length: > 0 } url)
            return;
        builder.WebHost.UseUrls(
            [.. (builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';'), url]);
        if (!Uri.TryCreate(url.Replace("*", "any").Replace("+", "any"), UriKind.Absolute, out var address))
            return;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (listen.IPEndPoint?.Port == address.Port)
                listen.Protocols = HttpProtocols.Http2;
        }));
    }
}
