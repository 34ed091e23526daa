using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RunLedger.Expectations;
using RunLedger.Service.Incidents;
using RunLedger.Service.Outward;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Service.Heartbeat;

/// <summary>
/// Calls an address again and again while the ledger keeps up: its database and its endpoints are there, and it is at
/// the end of its queue. Whoever is called there notices the silence of a ledger that cannot say anything any more.
/// </summary>
sealed partial class OutwardHeartbeat(
    IOptions<HeartbeatOptions> options,
    HealthCheckService health,
    ILedgerTransactions ledger,
    OutwardHttp http,
    SecretReader secrets,
    RunLedgerOptions run,
    TimeProvider time,
    ILogger<OutwardHeartbeat> log) : BackgroundService
{
    const string Ready = "ready";

    readonly Outage _unheard = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var tick = new PeriodicTimer(options.Value.Every, time);
            while (await tick.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await Beat(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // Whatever it is, the next beat comes.
                    if (_unheard.Say())
                        Unheard(log, e.GetType().Name);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A ledger that is stopped keeps up no more.
        }
    }

    async Task Beat(CancellationToken cancellationToken)
    {
        var fault = await Fault(cancellationToken);
        if (fault is not null && !options.Value.Fail)
            return;
        var result = await Call(fault, cancellationToken);
        if (result.Delivered)
        {
            if (_unheard.End() is { } lasted)
                HeardAgain(log, lasted);
        }
        else if (_unheard.Say())
        {
            Unheard(log, result.Said);
        }
    }

    async Task<OutwardResult> Call(string? fault, CancellationToken cancellationToken)
    {
        string address;
        try
        {
            address = secrets.Read(options.Value.Address!);
        }
        catch (UnreadableSecretException e)
        {
            return OutwardResult.Failed(e.Message);
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return OutwardResult.Failed("Its address is no http or https address.");
        var target = new UriBuilder(uri);
        if (fault is not null)
            target.Path = $"{target.Path.TrimEnd('/')}/fail";
        using var request = new HttpRequestMessage(HttpMethod.Post, target.Uri)
        {
            Content = new StringContent(fault ?? "", Encoding.UTF8, "text/plain"),
        };
        return await http.Send(request, [address], cancellationToken);
    }

    /// <summary>Why the ledger does not keep up, in words; null where it does.</summary>
    public async Task<string?> Fault(CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(Ready), cancellationToken);
        if (FaultOf(report) is { } fault)
            return fault;

        try
        {
            var position = await ledger.InOne(sql => QueuePosition.Read(sql, cancellationToken), cancellationToken);
            var usual = QueuePosition.Usual(run.Expected);
            var most = options.Value.Behind > usual ? options.Value.Behind : usual;
            return position is null ? "the queue has not been asked yet"
                : time.GetUtcNow().UtcDateTime - position.AskedAt is var behind && behind > most
                    ? string.Create(
                        CultureInfo.InvariantCulture, $"behind its queue by {behind.TotalSeconds:0} seconds")
                : null;
        }
        catch (Exception e) when (e is DbException or StoreException)
        {
            return "the database is away";
        }
    }

    /// <summary>A ledger that tells nobody of incidents any more does not keep up either.</summary>
    public static string? FaultOf(HealthReport report) => report.Status == HealthStatus.Unhealthy
        ? string.Join("; ", report.Entries.Where(entry => entry.Value.Status == HealthStatus.Unhealthy)
            .Select(entry => $"{entry.Key} is not healthy"))
        : report.Entries.TryGetValue(IncidentHealthCheck.Name, out var incidents)
            && incidents.Status != HealthStatus.Healthy ? "nobody looks for incidents" : null;

    [LoggerMessage(150, LogLevel.Warning, "The heartbeat is not heard: {Fault}")]
    static partial void Unheard(ILogger log, ForeignText fault);

    [LoggerMessage(151, LogLevel.Information, "The heartbeat is heard again, after {Lasted}.")]
    static partial void HeardAgain(ILogger log, TimeSpan lasted);
}
