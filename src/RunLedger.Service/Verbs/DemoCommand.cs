using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text;
using System.Text.Json;
using MassTransit;
using RunLedger.Contracts;
using RunLedger.Service.Serve;
using Spectre.Console;

namespace RunLedger.Service.Verbs;

/// <summary><c>demo</c>: shows a newcomer life in a minute.</summary>
static class DemoCommand
{
    const int Chunk = 50;
    static readonly Option<int> Runs = new("--runs") { Description = "How many runs.", DefaultValueFactory = _ => 200 };
    static readonly Option<int?> Seed = new("--seed") { Description = "The same seed tells the same story." };
    static readonly Option<Uri> Url = new("--url")
    {
        Description = "The ledger's HTTP address.",
        CustomParser = Address!,
        DefaultValueFactory = _ => new Uri(LedgerHost.DefaultUrl),
    };

    static readonly Option<Uri?> Rabbit = new("--rabbitmq")
    {
        Description = "Publish on this broker (an amqp URI) instead.",
        CustomParser = Address,
    };

    public static Command Create(TimeProvider time)
    {
        var command = new Command("demo", "Send a believable mix of runs to a ledger.") { Runs, Seed, Url, Rabbit };
        command.SetAction((parsed, cancellationToken) =>
        {
            var now = time.GetUtcNow();
            var mix = new DemoMix(parsed.GetValue(Seed) ?? (int)now.ToUnixTimeSeconds(), now);
            var messages = mix.Messages(parsed.GetValue(Runs));
            var url = parsed.GetValue(Url)!;
            return parsed.GetValue(Rabbit) is { } rabbit
                ? Publish(rabbit, messages, url, cancellationToken)
                : Post(url, messages, time, cancellationToken);
        });
        return command;
    }

    static async Task<int> Post(
        Uri url, IReadOnlyList<RunObservation> messages, TimeProvider time, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = url };
        try
        {
            await Progress(messages, async chunk =>
            {
                while (true)
                {
                    using var content = new StringContent(string.Join('\n', chunk.Select(Line)), Encoding.UTF8, "application/x-ndjson");
                    using var response = await client.PostAsync("/api/observations", content, cancellationToken);
                    if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
                    {
                        await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), time, cancellationToken);
                        continue;
                    }

                    response.EnsureSuccessStatusCode();
                    return;
                }
            });
        }
        catch (HttpRequestException e)
        {
            await Console.Error.WriteLineAsync(
                $"No ledger answers at {url}: {e.Message} Start one with: dotnet run --project src/RunLedger.Service");
            return 2;
        }

        Tell(messages, url);
        return 0;
    }

    static async Task<int> Publish(
        Uri rabbit, IReadOnlyList<RunObservation> messages, Uri url, CancellationToken cancellationToken)
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(transport => transport.Host(rabbit));
        try
        {
            await bus.StartAsync(TimeSpan.FromSeconds(10));
        }
        catch (Exception e) when (e is MassTransitException or OperationCanceledException or RabbitMqConnectionException)
        {
            await Console.Error.WriteLineAsync($"No RabbitMQ answers at {rabbit.Host}:{rabbit.Port}: {e.Message}");
            return 2;
        }

        await Progress(messages, chunk =>
            Task.WhenAll(chunk.Select(message => bus.Publish((object)message, message.GetType(), cancellationToken))));
        await bus.StopAsync(cancellationToken);
        Tell(messages, url);
        return 0;
    }

    static Task Progress(IReadOnlyList<RunObservation> messages, Func<RunObservation[], Task> send) =>
        AnsiConsole.Progress().StartAsync(async progress =>
        {
            var sent = progress.AddTask("messages", maxValue: messages.Count);
            foreach (var chunk in messages.Chunk(Chunk))
            {
                await send(chunk);
                sent.Increment(chunk.Length);
            }
        });

    static void Tell(IReadOnlyList<RunObservation> messages, Uri url) => AnsiConsole.WriteLine(
        $"{messages.Count:N0} messages about {messages.Select(message => message.ProcessRunId).Distinct().Count():N0} runs. "
        + $"Look at {new Uri(url, "/api/summary")} and {new Uri(url, "/api/runs")}.");

    static Uri? Address(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address))
            return address;
        result.AddError($"'{result.Tokens[0].Value}' is no address such as {LedgerHost.DefaultUrl}.");
        return null;
    }

    static string Line(RunObservation message)
    {
        var json = JsonSerializer.SerializeToNode(message, message.GetType(), JsonSerializerOptions.Web)!.AsObject();
        json["type"] = message.GetType().Name;
        return json.ToJsonString();
    }
}
