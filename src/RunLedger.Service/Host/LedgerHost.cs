using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RunLedger.Batching;
using RunLedger.Broker;
using RunLedger.Schema;
using RunLedger.Service.Actions;
using RunLedger.Service.Assistants;
using RunLedger.Service.Bridge;
using RunLedger.Service.Channels;
using RunLedger.Service.Checkpoints;
using RunLedger.Service.Expectations;
using RunLedger.Service.Failures;
using RunLedger.Service.Heartbeat;
using RunLedger.Service.Incidents;
using RunLedger.Service.Intake;
using RunLedger.Service.Intake.CloudEvents;
using RunLedger.Service.Intake.Otlp;
using RunLedger.Service.Journal;
using RunLedger.Service.Overview;
using RunLedger.Service.Query;
using RunLedger.Service.Rejected;
using RunLedger.Service.Runs;
using RunLedger.Service.Security;
using RunLedger.Service.Settings;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;

namespace RunLedger.Service.Host;

/// <summary>
/// The deployable: the ledger, its HTTP and its health. With <c>ConnectionStrings:RabbitMq</c> it consumes from the
/// broker, with <c>ConnectionStrings:Postgres</c> it writes there; what is absent is embedded.
/// </summary>
static class LedgerHost
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Above MassTransit's own patience: the batch in hand is finished before the process goes.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After SIGTERM, when the process ends whatever it is doing; who started it waits longer than that before killing
    /// it.
    /// </summary>
    public static readonly TimeSpan EndLimit = StopLimit + TimeSpan.FromSeconds(5);

    /// <param name="args">Settings, as on a command line.</param>
    /// <param name="time">The clock of everything in it; null for the system's.</param>
    /// <exception cref="OptionsValidationException">A connection string cannot be read.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The embedded ledger's file cannot be used.</exception>
    public static WebApplication Build(string[] args, TimeProvider? time = null)
    {
        var app = Create(args, time);
        Map(app);
        return app;
    }

    /// <summary>All but its routes, whose mapping makes the bus.</summary>
    /// <inheritdoc cref="Build"/>
    public static WebApplication Create(string[] args, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
            builder.WebHost.UseUrls(DefaultUrl);
        GrpcAddress.Add(builder);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = IntakeLimits.MaxBodyBytes;
        });

        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(services => new OutageLoggerFactory(
            new LoggerFactory(
                services.GetServices<ILoggerProvider>(),
                services.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(),
                services.GetRequiredService<IOptions<LoggerFactoryOptions>>(),
                services.GetService<IExternalScopeProvider>()),
            services.GetRequiredService<TimeProvider>())));
        var settings = builder.Configuration;
        var security = SecurityOptions.Read(settings);
        ListenAddresses.Check(security, settings);
        builder.Services.AddSecurity(security);
        var broker = CheckConnections(settings);
        if (broker is not null)
            builder.Services.AddSingleton(broker);
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddRunLedger(options => LedgerSettings.Apply(settings, options));
            if (broker is not null)
                bus.AddConsumer<EventConsumer, EventConsumerDefinition>();
            if (broker is null)
                bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context));
            else
                bus.UsingRabbitMq((context, transport) => ConfigureRabbit(context, transport, broker));
        });
        var ledger = new RunLedgerOptions();
        LedgerSettings.Apply(settings, ledger);
        if (broker is null && !ledger.BindContracts)
        {
            throw new OptionsValidationException(RunLedgerOptions.Section, typeof(RunLedgerOptions),
                ["RunLedger__BindContracts=false needs ConnectionStrings__RabbitMq: it is for one of several ledgers "
                    + "on one broker"]);
        }

        builder.Services.AddLedgerReading(LedgerReading.Dialect(ledger));
        builder.Services.AddStandby(settings);
        builder.Services.AddIntake(embedded: broker is null).AddTraces();
        builder.Services.AddRateLimiter(limiter =>
        {
            ReadingLimits.Add(limiter);
            limiter.OnRejected = RateLimitAnswer.OnRejected;
        });
        builder.Services.AddActionPurge();
        builder.Services.AddQuery();
        builder.Services.AddRejectedActions();
        builder.Services.AddDeliveries();
        builder.Services.AddIncidentWatch();
        builder.Services.AddHeartbeat(settings);
        builder.Services.AddCheckpoints(settings, ledger);
        builder.Services.AddLive(broker);
        builder.Services.AddSingleton<IHealthCheckPublisher, HealthLog>();
        builder.Services.Configure<HealthCheckPublisherOptions>(options =>
        {
            options.Period = HealthLog.Period;
            options.Predicate = IsOfReadiness;
        });
        builder.Services.AddHealthChecks()
            .AddCheck<StoreHealthCheck>("ledger-store", tags: ["ready"])
            .AddCheck<ArchiveHealthCheck>("ledger-archive", tags: ["ready"]);
        builder.Services.AddAssistants();
        builder.Services.AddPage(settings);
        builder.Services.AddBridge(settings);
        builder.Services.AddJournal(settings, broker);
        builder.Services.AddLedgerTelemetry(settings);
        builder.Services.AddProblemDetails();
        builder.Services.AddOpenApi(SecurityDescription.Add);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);

        var app = builder.Build();
        app.Services.GetRequiredService<ILedgerStore>().Open();
        app.UseSecurity();
        app.UseRateLimiter();
        app.UseStandby();
        app.UseMiddleware<ReaderDeadline>();
        app.UseRequestDecompression();
        return app;
    }

    /// <summary>Who may what; a route that is not in a group needs the scope read.</summary>
    public static void Map(WebApplication app)
    {
        var readers = app.MapGroup("").RequireAuthorization(Scopes.Read);
        readers.MapOpenApi();
        readers.MapLedgerReading();
        readers.MapLive();
        readers.MapAssistants();
        if (ServeTelemetry.IsOn(app.Configuration))
            readers.MapPrometheusScrapingEndpoint();
        app.MapGroup("").RequireAuthorization(Scopes.Observe).MapIntake().MapTraces().MapCloudEvents();
        var operators = app.MapGroup("").RequireAuthorization(Scopes.Operate);
        operators.MapClose();
        operators.MapRejectedActions();
        operators.MapFailureActions();
        operators.MapExpectationActions();
        operators.MapChannelActions();
        operators.MapIncidentActions();
        app.MapGroup("").RequireAuthorization(Scopes.Query).MapQuery();
        app.MapPage();
        app.MapLogin();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new() { Predicate = IsOfReadiness })
            .AllowAnonymous();
    }

    static bool IsOfReadiness(HealthCheckRegistration check) => check.Tags.Contains("ready");

    /// <returns>The broker; null where none is named.</returns>
    static BrokerAddress? CheckConnections(IConfiguration settings)
    {
        var faults = new List<string>();
        BrokerAddress? broker = null;
        if (settings.GetConnectionString("RabbitMq") is { Length: > 0 } rabbit
            && !BrokerAddress.TryParse(rabbit, out broker, out var fault))
            faults.Add($"ConnectionStrings__RabbitMq {fault}");
        if (settings.GetConnectionString("Postgres") is { Length: > 0 } postgres
            && PostgresTarget.Read(postgres, settings) is { ConnectionString: null } unreadable)
            faults.Add($"ConnectionStrings__Postgres: {unreadable.Fault}");
        faults.AddRange(StandbyRegistration.Faults(settings));
        faults.AddRange(BridgeRegistration.Faults(settings));
        if (faults.Count > 0)
            throw new OptionsValidationException("ConnectionStrings", typeof(string), faults);
        return broker;
    }

    static void ConfigureRabbit(
        IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator transport, BrokerAddress broker)
    {
        transport.ConfigureBroker(broker);
        transport.ConfigureEndpoints(context);
    }
}
