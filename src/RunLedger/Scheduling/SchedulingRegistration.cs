using MassTransit;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Batching;

namespace RunLedger.Scheduling;

/// <summary>Puts the scheduler into the ledger's host.</summary>
static class SchedulingRegistration
{
    public static void AddLedgerScheduling(this IBusRegistrationConfigurator bus)
    {
        bus.AddSingleton<DispatchSignal>();
        bus.AddSingleton<ScheduleCommitter>();
        bus.AddSingleton<MessageSender>();
        bus.AddSingleton<Dispatcher>();
        bus.AddSingleton<LedgerScheduler>();
        bus.AddSingleton<IBusObserver>(services => services.GetRequiredService<Dispatcher>());
        bus.AddConsumer<ScheduleConsumer, ScheduleConsumerDefinition>();
        // By key: a host's own IMessageScheduler, registered before or after, stays what it is.
        bus.AddKeyedScoped<IMessageScheduler>(RunLedgerRegistration.Scheduler, (services, _) => new MessageScheduler(
            services.GetRequiredService<LedgerScheduler>(), services.GetRequiredService<IBus>().Topology));
    }
}
