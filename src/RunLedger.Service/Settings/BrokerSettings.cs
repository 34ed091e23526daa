using System.Security.Authentication;
using MassTransit;
using RunLedger.Contracts;

namespace RunLedger.Service.Settings;

/// <summary>How this program talks to RabbitMQ, whatever it does there.</summary>
static class BrokerSettings
{
    const int TlsPort = 5671;

    public static void ConfigureBroker(this IRabbitMqBusFactoryConfigurator transport, Uri broker)
    {
        transport.Host(broker, host =>
        {
            host.SurviveFailedWrites();
            if (broker.Scheme == "amqps" || broker.Port == TlsPort)
                host.UseSsl(Strictly);
        });
        // The contracts' base types are for C#, not for the broker.
        transport.Publish<RunObservation>(topology => topology.Exclude = true);
        transport.Publish<StepObservation>(topology => topology.Exclude = true);
        transport.Publish<LedgerNotice>(topology => topology.Exclude = true);
        transport.Publish<IRunMessage>(topology => topology.Exclude = true);
        transport.ConfigureJsonSerializerOptions(json => new(json) { WriteIndented = false });
    }

    // MassTransit by itself goes by the port alone, takes a certificate of any authority, and knows TLS 1.2 only.
    static void Strictly(IRabbitMqSslConfigurator tls)
    {
        tls.Protocol = SslProtocols.None;
        tls.CertificateValidationCallback = ServerCertificate.Check;
    }
}
