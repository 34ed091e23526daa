using System.CommandLine;
using System.Globalization;
using RunLedger.Broker;
using RunLedger.Service.Demo;
using RunLedger.Service.Security;
using Spectre.Console;

namespace RunLedger.Service.Host;

/// <summary>
/// <c>demo</c>: sends a believable mix of runs, so that a newcomer sees life. Exit codes: 0 sent, 2 there was nobody to
/// send to.
/// </summary>
static class DemoCommand
{
    const int Batch = 100;

    static readonly Option<int> Runs = new("--runs")
    {
        Description = "How many runs",
        HelpName = "N",
        DefaultValueFactory = _ => 200,
    };

    static readonly Option<int?> Seed = new("--seed")
    {
        Description = "Repeats a mix; without it each is another",
        HelpName = "N",
    };

    static readonly Option<string?> Url = new("--url")
    {
        Description = $"The ledger's address; without it the one that the service listens on by ASPNETCORE_URLS, else "
            + $"{LedgerHost.DefaultUrl}; Demo__Key of the environment is its key",
        HelpName = "URL",
    };

    static readonly Option<string?> RabbitMq = new("--rabbitmq")
    {
        Description = "The bus, amqp://user:password@host,host/; without it ConnectionStrings__RabbitMq of the "
            + "environment",
        HelpName = "URI",
    };

    public static Command Create(IConfiguration configuration, TimeProvider time)
    {
        var command = new Command("demo", "Send a believable mix of runs to the bus or to a ledger's address")
        {
            Runs, Seed, Url, RabbitMq,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(Runs) is { Implicit: false } && parsed.GetValue(Runs) is < 1 or > 100_000)
                parsed.AddError("--runs is between 1 and 100,000.");
            if (parsed.GetResult(Url) is not null && parsed.GetResult(RabbitMq) is not null)
                parsed.AddError("Name one place to send to: --url or --rabbitmq.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var streams = parsed.InvocationConfiguration;
            try
            {
                await Run(parsed, configuration, streams.Output, time, cancellationToken);
                return 0;
            }
            catch (DemoException e)
            {
                await streams.Error.WriteLineAsync(e.Message);
                return 2;
            }
        });
        return command;
    }

    static async Task Run(
        ParseResult parsed,
        IConfiguration configuration,
        TextWriter output,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var seed = parsed.GetValue(Seed) ?? Random.Shared.Next();
        var bus = parsed.GetValue(RabbitMq)
            ?? (parsed.GetValue(Url) is null ? configuration.GetConnectionString("RabbitMq") : null);
        var given = Address(
            parsed.GetValue(Url) ?? ListenAddresses.Nearby(configuration) ?? LedgerHost.DefaultUrl,
            "--url", "http", "https");
        var url = new Uri(
            given.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/')
            + "/");
        var messages = DemoMix.Of(parsed.GetValue(Runs), seed, time.GetUtcNow());

        await using IDemoTarget target = string.IsNullOrEmpty(bus)
            ? new HttpTarget(Client(url, configuration["Demo:Key"]), time)
            : await BusTarget.Connect(Broker(bus), cancellationToken);
        await Progress(output).StartAsync(async progress =>
        {
            var sent = progress.AddTask("messages", maxValue: messages.Count);
            foreach (var batch in messages.Chunk(Batch))
            {
                await target.Send(batch, cancellationToken);
                sent.Increment(batch.Length);
            }
        });
        await output.WriteLineAsync(Report(DemoTally.Of(messages), seed, url));
    }

    static HttpClient Client(Uri url, string? key)
    {
        var client = new HttpClient { BaseAddress = url };
        if (!string.IsNullOrEmpty(key))
            client.DefaultRequestHeaders.TryAddWithoutValidation(ApiKeyHandler.Header, key);
        return client;
    }

    static Progress Progress(TextWriter output) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) })
            .Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn());

    static string Report(DemoTally sent, int seed, Uri url) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
         Sent {sent.Messages:N0} messages about {sent.Runs:N0} runs (--seed {seed}):
           {sent.Completed:N0} completed, {sent.Failed:N0} failed, {sent.Cancelled:N0} cancelled,
           {sent.Unfinished:N0} not ended yet;
           {sent.Nested:N0} nested in another, {sent.Retried:N0} steps tried again;
           {sent.Repeated:N0} messages sent twice, {sent.OutOfOrder:N0} out of order: the ledger does not mind.
         Look at {url}
         """);

    static BrokerAddress Broker(string text) =>
        BrokerAddress.TryParse(text, out var broker, out var fault)
            ? broker
            : throw new DemoException($"--rabbitmq {fault}.");

    static Uri Address(string text, string option, params string[] schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme)
            ? uri
            : throw new DemoException($"{option} is no address such as {schemes[0]}://host.");
}
