using System.CommandLine;
using System.Diagnostics;
using MassTransit;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>schedule</c>: messages scheduled through the queue and fired, with little and with much that waits.
/// </summary>
static class ScheduleBenchmark
{
    const int Pending = 1_000_000;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    static readonly Option<int> Messages = new("--messages")
    {
        Description = "Messages scheduled and fired in a round.",
        DefaultValueFactory = _ => 20_000,
    };

    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds that count.", DefaultValueFactory = _ => 3 };

    public static Command Create()
    {
        var command = new Command(
            "schedule",
            $"Messages per second, from ScheduleMessage to arrival; with none and with {Pending:N0} pending.")
        { Messages, Rounds };
        command.SetAction((parsed, _) => Run(parsed.GetValue(Messages), parsed.GetValue(Rounds), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int messages, int rounds, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var queue = servers.Queue("schedule");
        var target = servers.Queue("schedule-target");
        var table = new Table().AddColumns("pending", "messages/s: median", "min", "max");
        foreach (var pending in (int[])[0, Pending])
        {
            await Fill(servers, pending);
            List<double> rates = [];
            for (var round = 0; round <= rounds; round++)
            {
                var rate = await Rate(servers, queue, target, messages, time);
                AnsiConsole.WriteLine(
                    $"{(round == 0 ? "warm-up" : $"round {round}")}, {pending:N0} pending: {rate:N0}/s");
                if (round > 0)
                    rates.Add(rate);
            }

            table.AddRow($"{pending:N0}", $"{Statistics.Median(rates):N0}", $"{rates.Min():N0}", $"{rates.Max():N0}");
        }

        AnsiConsole.Write(table);
        return 0;
    }

    static Task<object> Fill(Servers servers, int pending) => servers.Query<object>(
        $"""
         insert into scheduled_message (token, due_at, sent_at, destination, message_types, message_id,
           content_type, body)
         select gen_random_uuid(), now() + interval '1 day' + i * interval '1 second', now(), 'queue:nowhere',
           'urn:message:Some:Thing', gen_random_uuid(), 'application/json', convert_to(repeat('x', 500), 'utf8')
         from generate_series(1, {pending}) i;
         analyze scheduled_message;
         select 1
         """);

    /// <summary>
    /// All are due at once: what is measured is the way through the queue, the table and back to the broker.
    /// </summary>
    static async Task<double> Rate(Servers servers, string queue, string target, int messages, TimeProvider time)
    {
        var consumption = new ConsumeTimer(static message => message is ScheduleMessage or Tick ? 1 : 0);
        consumption.Expect(2L * messages);
        using var host = Host(servers, queue, target, consumption);
        await host.StartAsync();
        var bus = host.Services.GetRequiredService<IBus>();
        var scheduler = bus.CreateMessageScheduler(bus.Topology, new Uri($"queue:{queue}-scheduler"));
        var clock = Stopwatch.StartNew();
        var due = time.GetUtcNow().UtcDateTime;
        foreach (var chunk in Enumerable.Range(0, messages).Chunk(500))
        {
            await Task.WhenAll(chunk.Select(number =>
                scheduler.ScheduleSend(new Uri($"queue:{target}"), due, new Tick { Number = number })));
        }

        await consumption.All(Limit);
        var elapsed = clock.Elapsed;
        await host.StopAsync();
        if (await servers.Query<long>("select count(*) from scheduled_message where due_at <= now() "
            + "and repeat_every is null") is > 0 and var left)
            throw new BenchException($"{left:N0} messages were not deleted.");
        return messages / elapsed.TotalSeconds;
    }

    static IHost Host(Servers servers, string queue, string target, ConsumeTimer consumption)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddRunLedger(options =>
            {
                options.Postgres = servers.Postgres;
                options.QueueName = queue;
            });
            bus.AddConsumer<TickConsumer>().Endpoint(endpoint =>
            {
                endpoint.Name = target;
                endpoint.PrefetchCount = 1_000;
            });
            bus.UsingRabbitMq((context, transport) =>
            {
                transport.Host(servers.Rabbit.Uri, host => host.Connect(servers.Rabbit));
                transport.ConfigureJsonSerializerOptions(json => new(json) { WriteIndented = false });
                transport.ConfigureEndpoints(context);
            });
        });
        builder.Services.AddConsumeObserver(_ => consumption);
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        return builder.Build();
    }

    /// <summary>What is scheduled.</summary>
    public sealed record Tick
    {
        public int Number { get; init; }
    }

    sealed class TickConsumer : IConsumer<Tick>
    {
        public Task Consume(ConsumeContext<Tick> context) => Task.CompletedTask;
    }
}
