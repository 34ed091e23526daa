using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>Another service's host on the broker; it knows of the ledger only the scheduler's address.</summary>
static class OtherService
{
    public static readonly Uri Scheduler = new("queue:run-ledger-scheduler");

    public static async Task<IHost> Start(Uri broker, Action<IBusRegistrationConfigurator> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton<Heard>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddMessageScheduler(Scheduler);
            configure(bus);
            bus.UsingRabbitMq((context, transport) =>
            {
                transport.Host(broker);
                transport.UseMessageScheduler(Scheduler);
                transport.ConfigureEndpoints(context);
            });
        });
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>What its consumers have noted.</summary>
    public sealed class Heard : ConcurrentQueue<string>;
}
