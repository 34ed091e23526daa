using MassTransit.Logging;
using MassTransit.Monitoring;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace RunLedger.Service.Host;

/// <summary>
/// Metrics at <c>/metrics</c>; metrics and traces by OTLP where OpenTelemetry's own variable says to whom. Without it
/// there are no spans, which would cost every message.
/// </summary>
static class ServeTelemetry
{
    const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const string Disabled = "OTEL_SDK_DISABLED";

    static readonly string[] Meters =
    [
        RunLedgerRegistration.Telemetry, InstrumentationOptions.MeterName, "Npgsql", "System.Runtime",
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
    ];

    public static void AddLedgerTelemetry(this IServiceCollection services, IConfiguration settings)
    {
        if (!IsOn(settings))
            return;
        var otlp = !string.IsNullOrEmpty(settings[OtlpEndpoint]);
        services.AddHostedService<RunCounts>();
        var telemetry = services.AddOpenTelemetry()
            // Last what the environment says: it wins.
            .ConfigureResource(resource => resource.AddService("run-ledger").AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddPrometheusExporter();
                if (otlp)
                    metrics.AddOtlpExporter();
            });
        if (otlp)
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(RunLedgerRegistration.Telemetry, DiagnosticHeaders.DefaultListenerName, "Npgsql")
                .AddAspNetCoreInstrumentation(http => http.Filter = context => !IsWatching(context.Request.Path))
                .AddOtlpExporter());
        }
    }

    /// <summary>
    /// Whether OpenTelemetry's variable does not switch it off; then there is no <c>/metrics</c> either.
    /// </summary>
    public static bool IsOn(IConfiguration settings) => !settings.GetValue(Disabled, false);

    static bool IsWatching(PathString path) =>
        path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics");
}
