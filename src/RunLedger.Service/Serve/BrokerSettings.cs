using MassTransit;
using RunLedger.Contracts;

namespace RunLedger.Service.Serve;

/// <summary>How this program talks to RabbitMQ, whatever it does there.</summary>
static class BrokerSettings
{
    public static void ConfigureBroker(this IRabbitMqBusFactoryConfigurator transport, Uri broker)
    {
        transport.Host(broker, host => host.SurviveFailedWrites());
        // The contracts' base types are for C#, not for the broker.
        transport.Publish<RunObservation>(topology => topology.Exclude = true);
        transport.Publish<StepObservation>(topology => topology.Exclude = true);
        transport.Publish<LedgerNotice>(topology => topology.Exclude = true);
        transport.Publish<IRunMessage>(topology => topology.Exclude = true);
        transport.ConfigureJsonSerializerOptions(json => new(json) { WriteIndented = false });
    }
}
