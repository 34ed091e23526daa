using System.CommandLine;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using RunLedger.Broker;
using RunLedger.Schema;
using RunLedger.Service.Database;

namespace RunLedger.Service.Host;

/// <summary><c>serve</c>, which is also what the program does without a verb.</summary>
static class ServeCommand
{
    static readonly Option<string?> Urls = new("--urls")
    {
        Description = $"Where to listen, for example {LedgerHost.DefaultUrl}, which is the default.",
        HelpName = "URL",
    };

    public static Command Create() => Configure(new Command("serve", "Run the ledger: consume, write, answer HTTP."));

    public static TCommand Configure<TCommand>(TCommand command)
        where TCommand : Command
    {
        command.Options.Add(Urls);
        command.SetAction((parsed, cancellationToken) => Run(parsed.GetValue(Urls), cancellationToken));
        return command;
    }

    static async Task<int> Run(string? urls, CancellationToken cancellationToken)
    {
        // Until it holds the task System.CommandLine takes a SIGTERM for one that is not heeded, and ends with 143.
        await Task.Yield();
        try
        {
            return await Serve(urls, cancellationToken);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested
            && e.GetBaseException() is OperationCanceledException)
        {
            // Told to stop before it had started.
            return 0;
        }
        catch (SqliteException e)
        {
            await Console.Error.WriteLineAsync(
                $"The embedded ledger's file cannot be used: {e.Message} RunLedger__SqliteFile names another.");
            return 1;
        }
        catch (OptionsValidationException e)
        {
            await Console.Error.WriteLineAsync($"The settings cannot be used: {e.Message}");
            return 1;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync(
                $"{e.Message} End who listens there, or listen elsewhere: --urls or ASPNETCORE_URLS.");
            return 1;
        }
    }

    static async Task<int> Serve(string? urls, CancellationToken cancellationToken)
    {
        await using var app = LedgerHost.Create(urls is null ? [] : ["--urls", urls]);
        if (!await HasTables(app.Configuration, app.Logger, cancellationToken))
            return 1;
        var ledger = app.Services.GetRequiredService<RunLedgerOptions>();
        if (app.Services.GetService<BrokerAddress>() is { } broker)
        {
            // Before the bus declares them.
            ledger.UnlimitedQueues = await QueueArguments.FindUnlimited(
                broker, ledger, cancellationToken);
            if (ledger.UnlimitedQueues.Count > 0)
                ServeLog.UnlimitedQueues(app.Logger, string.Join(" and ", ledger.UnlimitedQueues));
        }

        LedgerHost.Map(app);
        ServeLog.Serving(
            app.Logger,
            string.IsNullOrEmpty(app.Configuration.GetConnectionString("RabbitMq"))
                ? "HTTP alone"
                : $"HTTP and RabbitMQ, queue {ledger.QueueName}",
            app.Services.GetRequiredService<ReadingDialect>().Name);
        await app.RunAsync(cancellationToken);
        return 0;
    }

    /// <summary>
    /// Nothing is applied to somebody's PostgreSQL unless they say so. A database that is away is no reason not to
    /// start: the ledger waits for it, and says so.
    /// </summary>
    static async Task<bool> HasTables(IConfiguration configuration, ILogger logger, CancellationToken cancellationToken)
    {
        if (configuration.GetConnectionString("Postgres") is not { Length: > 0 } postgres)
            return true;
        var schema = new LedgerSchema(postgres);
        try
        {
            if (configuration.GetValue<bool>("Schema:ApplyOnStart"))
                await schema.Apply(cancellationToken).WaitAsync(cancellationToken);
            // Npgsql waits for a server that says nothing whether it is told to stop or not.
            if ((await schema.State(cancellationToken).WaitAsync(cancellationToken)).Advice is not { } advice)
                return true;
            await Console.Error.WriteLineAsync(advice);
            return false;
        }
        catch (Exception e) when (PostgresTarget.Read(postgres, configuration).Describe(e) is { } fault)
        {
            ServeLog.SchemaUnknown(logger, fault);
            return !configuration.GetValue<bool>("Schema:ApplyOnStart");
        }
    }
}
