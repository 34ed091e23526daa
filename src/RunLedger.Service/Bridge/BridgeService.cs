using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;
using RunLedger.Intake;
using RunLedger.Service.Intake;

namespace RunLedger.Service.Bridge;

/// <summary>
/// Follows the sources that are configured, each on its own: what is wrong with one does not concern the other.
/// </summary>
sealed class BridgeService(
    IConfiguration settings,
    [FromKeyedServices(RunLedgerRegistration.DataSource)] NpgsqlDataSource ledger,
    ObservationIntake intake,
    ObservationValidator door,
    BridgeState state,
    IOptions<BridgeOptions> options,
    IBusControl bus,
    TimeProvider time,
    ILogger<BridgeFollower> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Until then the queue may not be there, and the broker gives back what nobody would get.
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
        await Task.WhenAll(
            Follow(BridgeSource.JobQueue, options.Value.JobQueue, stoppingToken),
            Follow(BridgeSource.EventOutbox, options.Value.EventOutbox, stoppingToken));
    }

    Task Follow(BridgeSource source, string? relation, CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(relation)
            ? Task.CompletedTask
            : new BridgeFollower(
                source,
                relation.Trim(),
                settings.GetConnectionString(BridgeRegistration.Connection)!,
                ledger,
                intake,
                door,
                state,
                options.Value,
                time,
                logger).Follow(cancellationToken);
}
