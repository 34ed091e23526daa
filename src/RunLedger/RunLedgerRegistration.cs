using System.Diagnostics.Metrics;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using RabbitMQ.Client;
using RunLedger.Batching;
using RunLedger.Broker;
using RunLedger.Deadlines;
using RunLedger.Definitions;
using RunLedger.Direct;
using RunLedger.Expectations;
using RunLedger.Intake;
using RunLedger.Retention;
using RunLedger.Saga;
using RunLedger.Scheduling;
using RunLedger.Storage.Postgres;
using RunLedger.Storage.Sqlite;
using RunLedger.Telemetry;
using RunLedger.Unlike;

namespace RunLedger;

/// <summary>Puts the ledger into a MassTransit host.</summary>
public static class RunLedgerRegistration
{
    /// <summary>The key of the ledger's <see cref="NpgsqlDataSource"/> in the container.</summary>
    internal const string DataSource = "run-ledger";

    /// <summary>
    /// The key of an <see cref="IMessageScheduler"/> that stores straight into the ledger's database, in its own
    /// transaction: <c>[FromKeyedServices(RunLedgerRegistration.Scheduler)]</c>.
    /// </summary>
    public const string Scheduler = "run-ledger";

    /// <summary>
    /// The name of the ledger's meter and of its activity source:
    /// <c>metrics.AddMeter(RunLedgerRegistration.Telemetry)</c>,
    /// <c>tracing.AddSource(RunLedgerRegistration.Telemetry)</c>.
    /// </summary>
    public const string Telemetry = "RunLedger";

    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds the ledger to a bus: the state machine, its repository, the endpoints <c>run-ledger</c>,
    /// <c>run-ledger_error</c> and <c>run-ledger-scheduler</c>, which <c>ConfigureEndpoints</c> then configures, and
    /// the dispatcher of scheduled messages, which starts and stops with the bus. May be called again: the options of
    /// all calls apply, in turn. Turns MassTransit's usage telemetry off.
    /// </summary>
    /// <param name="bus">The registration inside <c>AddMassTransit</c> or <c>AddMassTransitTestHarness</c>.</param>
    /// <param name="configure">
    /// Sets the options; without it the ledger is a SQLite file in the working directory.
    /// </param>
    /// <exception cref="OptionsValidationException">When the host starts and an option is out of its range.</exception>
    public static IBusRegistrationConfigurator AddRunLedger(
        this IBusRegistrationConfigurator bus, Action<RunLedgerOptions>? configure = null)
    {
        var options = bus.AddOptions<RunLedgerOptions>();
        if (configure is not null)
            options.Configure(configure);
        if (bus.Any(service => service.ServiceType == typeof(GroupCommitter)))
            return bus;

        // In a host of others, whose build does not say so: a packed body that was cut is no body. It counts where
        // nothing was unpacked before.
        AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);
        options.ValidateOnStart();
        bus.AddSingleton<IValidateOptions<RunLedgerOptions>, RunLedgerOptionsValidation>();
        bus.TryAddSingleton(services => services.GetRequiredService<IOptions<RunLedgerOptions>>().Value);
        bus.TryAddSingleton(TimeProvider.System);
        bus.AddLedgerStorage();
        bus.AddSingleton(services => new LedgerMeter(
            services.GetService<IMeterFactory>(), services.GetRequiredService<TimeProvider>()));
        bus.AddSingleton<ObservationValidator>();
        bus.AddSingleton<DeadlineEvaluator>();
        bus.AddSingleton<Rejections>();
        bus.AddSingleton<GroupCommitter>();
        bus.AddSingleton<BatchIntake>();
        bus.AddSingleton<DirectIntake>();
        bus.AddSingleton<TakeDelivery>(services => services.GetRequiredService<DirectIntake>().TryTake);
        bus.AddSingleton<DeadlineSweep>();
        bus.AddSingleton<ExpectationJudge>();
        bus.AddSingleton<ExpectationSweep>();
        bus.AddSingleton<DurationCounter>();
        bus.AddSingleton<SlowWatch>();
        bus.AddSingleton<UnlikeSweep>();
        bus.AddSingleton<SlowRuns>();
        bus.AddSingleton<ArchiveFiles>();
        bus.AddSingleton<ArchiveCompaction>();
        bus.AddSingleton<ArchiveState>();
        bus.AddSingleton<RetentionPeriods>();
        bus.AddSingleton<RetentionSweep>();

        bus.DisableUsageTelemetry();
        // Without a limit an acknowledgement that is stuck in a connection that broke keeps its endpoint from ever
        // connecting again: MassTransit waits for it.
        bus.AddOptions<MassTransitHostOptions>().Configure(host => host.StopTimeout ??= StopTimeout);
        bus.AddSagaStateMachine<RunStateMachine, Run, RunSagaDefinition>().Repository(repository =>
        {
            repository.RegisterLoadSagaRepository<Run, RunRepository>();
            repository.RegisterQuerySagaRepository<Run, RunRepository>();
            repository.RegisterSagaRepository<
                Run, GroupCommitter, SagaConsumeContextFactory<GroupCommitter, Run>, RunRepository>();
        });
        bus.AddConsumer<ObservationBatchConsumer, ObservationBatchConsumerDefinition>();
        bus.AddConsumer<RejectedBodyConsumer, RejectedBodyConsumerDefinition>();
        bus.AddConsumer<ErrorQueueConsumer, ErrorQueueConsumerDefinition>();
        bus.AddConsumer<SweepConsumer, SweepConsumerDefinition>();
        bus.AddConsumer<ApplyRetentionConsumer, ApplyRetentionConsumerDefinition>();
        bus.AddConsumer<ProcessDefinedConsumer, ProcessDefinedConsumerDefinition>();
        bus.AddConsumer<JudgeExpectationsConsumer, JudgeExpectationsConsumerDefinition>();
        bus.AddConsumer<LookForUnlikeConsumer, LookForUnlikeConsumerDefinition>();
        bus.AddConsumer<QueueReachedConsumer, QueueReachedConsumerDefinition>();
        bus.AddLedgerScheduling();
        bus.AddRecurring(
            nameof(SweepDeadlines),
            services => services.GetRequiredService<RunLedgerOptions>().Deadlines.SweepEvery,
            // The exchange, because the queue has arguments that a sender's declaration would contradict.
            services => new Uri($"exchange:{services.GetRequiredService<RunLedgerOptions>().ControlQueue}"),
            _ => new SweepDeadlines());
        bus.AddRecurring(
            nameof(ApplyRetention),
            services => services.GetRequiredService<RunLedgerOptions>().Retention.Every,
            services => new Uri($"exchange:{services.GetRequiredService<RunLedgerOptions>().ControlQueue}"),
            _ => new ApplyRetention());
        bus.AddRecurring(
            nameof(JudgeExpectations),
            services => services.GetRequiredService<RunLedgerOptions>().Expected.JudgeEvery,
            services => new Uri($"exchange:{services.GetRequiredService<RunLedgerOptions>().ControlQueue}"),
            _ => new JudgeExpectations());
        bus.AddRecurring(
            nameof(LookForUnlike),
            services => services.GetRequiredService<RunLedgerOptions>().Unlike.LookEvery,
            services => new Uri($"exchange:{services.GetRequiredService<RunLedgerOptions>().ControlQueue}"),
            _ => new LookForUnlike());
        return bus;
    }
    /// <summary>
    /// Lets a bus come back at once from a broker that went away under load. Without it RabbitMQ.Client up to 7.2.2 can
    /// wait for several missed heartbeats when more than 128 acknowledgements were under way
    /// (<see href="https://github.com/rabbitmq/rabbitmq-dotnet-client/issues/1930"/>): call it on the host of a bus
    /// with the ledger, or keep <see cref="RunLedgerOptions.PrefetchCount"/> below 120. It sets
    /// <c>OnRefreshConnectionFactory</c>.
    /// </summary>
    /// <param name="host">The host inside <c>UsingRabbitMq</c>.</param>
    public static void SurviveFailedWrites(this IRabbitMqHostConfigurator host) =>
        host.OnRefreshConnectionFactory = Survive;

    /// <summary>
    /// Lets a bus connect to any host of the address, and come back from one that fails as
    /// <see cref="SurviveFailedWrites"/> does.
    /// </summary>
    internal static void Connect(this IRabbitMqHostConfigurator host, BrokerAddress address)
    {
        // A host that vanishes without a word is noticed after two.
        host.Heartbeat(Heartbeat);
        host.OnRefreshConnectionFactory = factory =>
        {
            address.Configure(factory);
            return Survive(factory);
        };
    }

    static Task Survive(ConnectionFactory factory)
    {
        factory.SocketFactory = WriteTolerantSocket.Create;
        return Task.CompletedTask;
    }
}
