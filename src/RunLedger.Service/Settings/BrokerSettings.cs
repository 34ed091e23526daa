using MassTransit;
using RunLedger.Broker;
using RunLedger.Contracts;

namespace RunLedger.Service.Settings;

/// <summary>How this program talks to RabbitMQ, whatever it does there.</summary>
static class BrokerSettings
{
    public static void ConfigureBroker(this IRabbitMqBusFactoryConfigurator transport, BrokerAddress broker)
    {
        transport.Host(broker.Uri, host => host.Connect(broker));
        // The contracts' base types are for C#, not for the broker.
        transport.Publish<RunObservation>(topology => topology.Exclude = true);
        transport.Publish<StepObservation>(topology => topology.Exclude = true);
        transport.Publish<LedgerNotice>(topology => topology.Exclude = true);
        transport.Publish<ExpectationNotice>(topology => topology.Exclude = true);
        transport.Publish<IRunMessage>(topology => topology.Exclude = true);
        transport.ConfigureJsonSerializerOptions(json => new(json) { WriteIndented = false });
    }
}
