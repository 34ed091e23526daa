using MassTransit;
using Microsoft.Extensions.Options;
using RunLedger.GroupCommit;
using RunLedger.Schema;
using RunLedger.Service.Http;
using RunLedger.Service.Reading;
using RunLedger.Service.Verbs;

namespace RunLedger.Service.Serve;

/// <summary>
/// The deployable: the ledger, its HTTP and its health. With <c>ConnectionStrings:RabbitMq</c> it consumes from the
/// broker, with <c>ConnectionStrings:Postgres</c> it writes there; what is absent is embedded.
/// </summary>
static class LedgerHost
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Above MassTransit's own patience: the batch in hand is finished before the process goes.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    /// <exception cref="OptionsValidationException">A connection string cannot be read.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The embedded ledger's file cannot be used.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
            builder.WebHost.UseUrls(DefaultUrl);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = IntakeLimits.MaxBodyBytes);

        var settings = builder.Configuration;
        var rabbit = settings.GetConnectionString("RabbitMq");
        CheckConnections(settings);
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddRunLedger(options => LedgerSettings.Apply(settings, options));
            if (string.IsNullOrEmpty(rabbit))
                bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context));
            else
                bus.UsingRabbitMq((context, transport) => ConfigureRabbit(context, transport, rabbit));
        });
        var ledger = new RunLedgerOptions();
        LedgerSettings.Apply(settings, ledger);
        if (ledger.Postgres is not null)
            builder.Services.AddLedgerReading(PostgresStore.Connect(ledger.Postgres));
        else
            builder.Services.AddLedgerReading(SqliteStore.ConnectionString(ledger.SqliteFile));
        builder.Services.AddIntake(embedded: string.IsNullOrEmpty(rabbit));
        builder.Services.AddHealthChecks()
            .AddCheck<StoreHealthCheck>("ledger-store", tags: ["ready"])
            .AddCheck<ArchiveHealthCheck>("ledger-archive", tags: ["ready"]);
        builder.Services.AddProblemDetails();
        builder.Services.AddOpenApi();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);

        var app = builder.Build();
        if (app.Services.GetRequiredService<ILedgerStore>() is SqliteStore embedded)
            embedded.Open();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.UseRequestDecompression();
        app.MapOpenApi();
        app.MapIntake();
        app.MapLedgerReading();
        app.MapClose();
        app.MapGet("/", () => Results.Redirect("/api/runs")).ExcludeFromDescription();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
        return app;
    }

    static void CheckConnections(IConfiguration settings)
    {
        var faults = new List<string>();
        if (settings.GetConnectionString("RabbitMq") is { Length: > 0 } rabbit
            && !(Uri.TryCreate(rabbit, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"))
            faults.Add("ConnectionStrings__RabbitMq is no amqp URI such as amqp://user:password@host:5672/");
        if (settings.GetConnectionString("Postgres") is { Length: > 0 } postgres
            && PostgresTarget.Read(postgres, settings) is { ConnectionString: null } unreadable)
            faults.Add($"ConnectionStrings__Postgres: {unreadable.Fault}");
        if (faults.Count > 0)
            throw new OptionsValidationException("ConnectionStrings", typeof(string), faults);
    }

    static void ConfigureRabbit(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator transport, string address)
    {
        transport.ConfigureBroker(new Uri(address));
        transport.ConfigureEndpoints(context);
    }
}
