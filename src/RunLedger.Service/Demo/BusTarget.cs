using MassTransit;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Service.Intake;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Demo;

/// <summary>
/// The bus, as any publisher uses it. A message that no ledger's queue would get is not sent in silence.
/// </summary>
sealed class BusTarget : IDemoTarget
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    readonly ServiceProvider _services;
    readonly IBusControl _bus;

    BusTarget(ServiceProvider services, IBusControl bus)
    {
        _services = services;
        _bus = bus;
    }

    /// <exception cref="DemoException">The broker does not answer, or not to these credentials.</exception>
    public static async Task<BusTarget> Connect(BrokerAddress broker, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection().AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingRabbitMq((_, transport) => transport.ConfigureBroker(broker));
        }).BuildServiceProvider();
        var bus = services.GetRequiredService<IBusControl>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await bus.StartAsync(patience.Token);
            return new BusTarget(services, bus);
        }
        catch (Exception e) when (e is MassTransitException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            await services.DisposeAsync();
            throw new DemoException($"RabbitMQ at {broker.DisplayText} cannot be used: {e.GetBaseException().Message}");
        }
    }

    public async Task Send(IReadOnlyCollection<RunObservation> messages, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await Task.WhenAll(messages.Select(message =>
                    _bus.Publish(
                        message,
                        message.GetType(),
                        context =>
                        {
                            context.Mandatory = true;
                            context.TrySetRoutingKey($"{message.ProcessRunId}");
                        },
                        patience.Token)))
                .WaitAsync(patience.Token);
        }
        catch (MessageReturnedException)
        {
            throw new DemoException(
                "No ledger has a queue on this broker: start one there first, with the same connection string.");
        }
        catch (Exception e) when (IntakeOutage.Is(e)
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new DemoException($"The broker did not take the messages: {e.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.StopAsync();
        await _services.DisposeAsync();
    }
}
