using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Broker;
using RunLedger.Intake;

namespace RunLedger.Saga;

/// <summary>The saga's place on the bus: the queue of observations.</summary>
sealed class RunSagaDefinition : SagaDefinition<Run>
{
    readonly RunLedgerOptions _options;

    public RunSagaDefinition(RunLedgerOptions options)
    {
        _options = options;
        EndpointName = options.QueueName;
    }

    protected override void ConfigureSaga(
        IReceiveEndpointConfigurator endpointConfigurator,
        ISagaConfigurator<Run> sagaConfigurator,
        IRegistrationContext context) =>
        endpointConfigurator.ConfigureIntake(_options, context.GetRequiredService<TakeDelivery>());
}
