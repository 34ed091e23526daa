using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Scheduling;

/// <summary>A scheduled message arrives as it was given: its properties, its headers and their types.</summary>
public sealed class KeptMessageTests
{
    static readonly Guid Id = Guid.Parse("0198c0de-0000-7000-8000-0000000000bb");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plain_message_keeps_every_property_and_every_type_of_header()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        var given = new BasicProperties
        {
            ContentType = "application/json",
            Type = "ScheduleMessage",
            Priority = 7,
            AppId = "tests",
            MessageId = "no GUID",
            CorrelationId = "order-4711",
            ReplyTo = "answers",
            Timestamp = new AmqpTimestamp(1_795_766_400),
            Expiration = "3600000",
            DeliveryMode = DeliveryModes.Transient,
            Headers = new Dictionary<string, object?>
            {
                ["text"] = "ünïcödé ✓",
                ["yes"] = true,
                ["no"] = false,
                ["byte"] = (byte)7,
                ["sbyte"] = (sbyte)-7,
                ["short"] = (short)-8,
                ["int"] = 9,
                ["uint"] = 4_000_000_000,
                ["long"] = 1L << 60,
                ["decimal"] = 1.10m,
                ["double"] = 1.0,
                ["float"] = 1.5f,
                ["time"] = new AmqpTimestamp(1_795_766_401),
                ["bytes"] = new BinaryTableValue([0, 255]),
                ["no text"] = new byte[] { 0xC3, 0x28 },
                ["list"] = new List<object?> { "a", 1, 2L },
                ["table"] = new Dictionary<string, object?> { ["n"] = (short)1 },
            },
        };

        // Nobody has declared the queue yet.
        await site.Publisher.Send("run-ledger-scheduler", Encoding.UTF8.GetBytes($$"""
            { "correlationId": "{{Id}}", "scheduledTime": "2026-01-01T00:00:00Z", "destination": "queue:letters",
              "payload": { "n": 1.10 } }
            """), given);
        var got = await Get(site, "letters", ledger);

        var properties = got.BasicProperties;
        Assert.Equal(
            (7, "tests", "no GUID", "order-4711", "answers", 1_795_766_400, DeliveryModes.Transient, null),
            (properties.Priority, properties.AppId, properties.MessageId, properties.CorrelationId, properties.ReplyTo,
                properties.Timestamp.UnixTime, properties.DeliveryMode, properties.Type));
        Assert.InRange(int.Parse(properties.Expiration!, CultureInfo.InvariantCulture), 3_400_000, 3_600_000);
        Assert.Equal(
            """{"n":1.10}""",
            Encoding.UTF8.GetString(got.Body.Span).Replace(" ", "", StringComparison.Ordinal));
        // The client notes its own count among the headers.
        foreach (var (name, value) in given.Headers.Where(h => h.Key != "x-dotnet-pub-seq-no"))
            Assert.Equal($"{name} {Words(value)}", $"{name} {Words(properties.Headers![name])}");
        Assert.DoesNotContain("MessageReturned", ledger.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", ledger.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_MassTransit_arrives_as_if_it_had_been_sent_at_once()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        using var service = await OtherService.Start(site.Broker, _ => { });
        var pipe = Pipe.Execute<SendContext>(send =>
        {
            send.MessageId = Id;
            send.TrySetPriority(7);
            (send.CorrelationId, send.RequestId, send.InitiatorId, send.ConversationId) = (Id, Id, Id, Id);
            (send.ResponseAddress, send.FaultAddress) = (new("rabbitmq://host/answers"), new("rabbitmq://host/faults"));
            send.Headers.Set("text", "x");
            send.Headers.Set("yes", true);
            send.Headers.Set("byte", (byte)7);
            send.Headers.Set("int", 9);
            send.Headers.Set("long", 9L);
            send.Headers.Set("decimal", 1.10m);
            send.Headers.Set("double", 1.0);
            send.Headers.Set("time", new DateTime(2026, 4, 1, 12, 0, 0, DateTimeKind.Utc));
            send.Headers.Set("guid", Id);
        });
        await using (var scope = service.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IMessageScheduler>().ScheduleSend(
                new Uri("queue:letters"),
                TimeProvider.System.GetUtcNow().UtcDateTime,
                new Numbered { Number = 1 },
                pipe,
                Cancel);
            var endpoint = await scope.ServiceProvider.GetRequiredService<ISendEndpointProvider>()
                .GetSendEndpoint(new Uri("queue:direct"));
            await endpoint.Send(new Numbered { Number = 1 }, pipe, Cancel);
        }

        var scheduled = await Get(site, "letters", ledger);
        var direct = await Get(site, "direct", ledger);

        Assert.Equal(
            All(direct), All(scheduled).Where(line => !line.Contains("MT-Scheduling", StringComparison.Ordinal)));
        await service.StopAsync(Cancel);
    }

    /// <summary>All of it that does not say when and where.</summary>
    static List<string> All(BasicGetResult got)
    {
        var properties = got.BasicProperties;
        var envelope = JsonNode.Parse(got.Body.Span)!.AsObject();
        foreach (var member in (string[])["sentTime", "destinationAddress", "sourceAddress", "host"])
            envelope.Remove(member);
        var headers = envelope["headers"]!.AsObject();
        headers.Remove("MT-Scheduling-TokenId");
        envelope.Remove("headers");
        return
        [
            $"priority {properties.Priority}, id {properties.MessageId}, correlation {properties.CorrelationId}, "
            + $"{properties.ContentType}, {properties.DeliveryMode}, expires {properties.Expiration}, "
            + $"to {properties.ReplyTo}",
            .. properties.Headers!.Select(h => $"{h.Key} {Words(h.Value)}").Order(StringComparer.Ordinal),
            .. envelope.Select(m => $"envelope {m.Key} {m.Value?.ToJsonString()}").Order(StringComparer.Ordinal),
            .. headers.Select(h => $"envelope header {h.Key} {h.Value?.ToJsonString()}").Order(StringComparer.Ordinal),
        ];
    }

    static async Task<BasicGetResult> Get(LedgerSite site, string queue, LedgerProcess ledger)
    {
        await using var connection = await new ConnectionFactory { Uri = site.Broker }.CreateConnectionAsync(Cancel);
        BasicGetResult? got = null;
        await Eventually.Async(
            async () =>
            {
                // A queue that is not there closes the channel.
                try
                {
                    await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancel);
                    got = await channel.BasicGetAsync(queue, autoAck: true, Cancel);
                }
                catch (RabbitMQ.Client.Exceptions.OperationInterruptedException e)
                {
                    return e.Message;
                }

                return got is null
                    ? $"nothing in {queue}; {string.Join(", ", await LedgerRows.Rejected(site.Database))}"
                    : null;
            },
            TimeSpan.FromSeconds(30),
            () => ledger.Output);
        return got!;
    }

    static string Words(object? value) => value switch
    {
        null => "null",
        string text => $"S {Convert.ToHexString(Encoding.UTF8.GetBytes(text))}",
        byte[] bytes => $"S {Convert.ToHexString(bytes)}",
        BinaryTableValue binary => $"x {Convert.ToHexString(binary.Bytes)}",
        AmqpTimestamp time => $"T {time.UnixTime}",
        IDictionary table =>
            $"{{{string.Join(", ", table.Keys.Cast<string>().Select(k => $"{k}: {Words(table[k])}"))}}}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Words))}]",
        _ => $"{value.GetType().Name} {Convert.ToString(value, CultureInfo.InvariantCulture)}",
    };
}
