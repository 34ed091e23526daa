using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Direct;

namespace RunLedger.Benchmarks;

/// <summary>A host with what is measured on its bus.</summary>
static class BenchmarkHost
{
    /// <summary>The ledger, with all its defaults but those given.</summary>
    public static IHost Ledger(
        Servers servers,
        string queue,
        ConsumeTimer consumption,
        int? maxBatchSize = null,
        Action<RunLedgerOptions>? configure = null) =>
        Host(
        servers,
        consumption,
        bus => bus.AddRunLedger(options =>
        {
            options.Postgres = servers.Postgres;
            options.QueueName = queue;
            options.MaxBatchSize = maxBatchSize ?? options.MaxBatchSize;
            configure?.Invoke(options);
        }),
        (context, transport) => transport.ConfigureEndpoints(context));

    /// <summary>A MassTransit consumer that does nothing, on a queue like the ledger's.</summary>
    /// <param name="prefetch">As the ledger's, or null for MassTransit's own default.</param>
    public static IHost Nothing(Servers servers, string queue, ConsumeTimer consumption, int? prefetch) => Host(
        servers,
        consumption,
        bus => bus.AddConsumer<Idle>(),
        (context, transport) => transport.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.SetQuorumQueue();
            endpoint.PrefetchCount = prefetch ?? endpoint.PrefetchCount;
            endpoint.ConfigureConsumer<Idle>(context);
        }));

    /// <summary>What the bare clients of the broker and of the database reach: <see cref="BareConsumer"/>.</summary>
    public static IHost Bare(Servers servers, string queue, ConsumeTimer consumption)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton<IHostedService>(new BareConsumer(servers, queue, consumption));
        return builder.Build();
    }

    static IHost Host(
        Servers servers,
        ConsumeTimer consumption,
        Action<IBusRegistrationConfigurator> register,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            register(bus);
            bus.UsingRabbitMq((context, transport) =>
            {
                transport.Host(servers.Rabbit.Uri, host => host.Connect(servers.Rabbit));
                configure(context, transport);
            });
        });
        builder.Services.AddConsumeObserver(_ => consumption);
        builder.Services.AddSingleton<TakeDelivery>(
            services => consumption.Around(services.GetRequiredService<DirectIntake>().TryTake));
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        return builder.Build();
    }

    sealed class Idle : IConsumer<RunStarted>, IConsumer<StepStarted>, IConsumer<StepCompleted>, IConsumer<RunCompleted>
    {
        public Task Consume(ConsumeContext<RunStarted> context) => Task.CompletedTask;

        public Task Consume(ConsumeContext<StepStarted> context) => Task.CompletedTask;

        public Task Consume(ConsumeContext<StepCompleted> context) => Task.CompletedTask;

        public Task Consume(ConsumeContext<RunCompleted> context) => Task.CompletedTask;
    }
}
