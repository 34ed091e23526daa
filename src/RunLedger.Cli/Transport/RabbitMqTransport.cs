using System.Buffers;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;
using RunLedger.Cli.Errors;
using RunLedger.Client.Sending;
using RunLedger.Contracts;
using RunLedger.Intake;

namespace RunLedger.Cli.Transport;

/// <summary>
/// Publishes plain JSON: several observations in one message, and one to the exchange of its contract. The broker
/// confirms a message once a queue has it.
/// </summary>
sealed class RabbitMqTransport(BrokerAddress address) : ITransport, IAsyncDisposable
{
    static readonly CreateChannelOptions Confirmed = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    // The client's publish may wait for ever for a broker that restarted: its confirmation never comes.
    static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(30);

    IConnection? _connection;

    /// <summary>Whether the ledger is of a version that takes them one in a message only.</summary>
    bool _apart;

    public async Task<IReadOnlyList<string>> Send(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        // After a failure the connection may be closed: open a new one.
        if (_connection is not { IsOpen: true })
        {
            var factory = new ConnectionFactory { ClientProvidedName = "runledger", AutomaticRecoveryEnabled = false };
            address.Configure(factory);
            _connection = await factory.CreateConnectionAsync(cancellationToken);
        }

        foreach (var several in LineBatches.Split(lines))
        {
            var together = several.Count > 1 && !_apart;
            if (together && await TryPublish(_connection, several, cancellationToken))
                continue;
            await using var channel = await _connection.CreateChannelAsync(Confirmed, cancellationToken);
            foreach (var line in several)
                await Publish(channel, line, cancellationToken);
            _apart |= together;
        }

        return [];
    }

    /// <summary>Publishes one message on a connection of its own.</summary>
    /// <exception cref="CliException">It is not known to be durable.</exception>
    public static async Task Publish(
        BrokerAddress address, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await using var transport = new RabbitMqTransport(address);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(PublishLimit);
        try
        {
            await transport.Send([message], limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(
                $"{address.DisplayText} does not take it: no confirmation within {PublishLimit.TotalSeconds:0} s. "
                + "It may have it all the same: runledger runs list says");
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            var reason = HasNoQueue(e)
                ? "no ledger has its queue there yet: start one once"
                : e.GetBaseException().Message.ReplaceLineEndings(" ");
            throw new CliException($"{address.DisplayText} does not take it: {reason}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    /// <summary>False where no queue is there for several in one message.</summary>
    static async Task<bool> TryPublish(
        IConnection connection, IReadOnlyList<ReadOnlyMemory<byte>> several, CancellationToken cancellationToken)
    {
        // The broker closes the channel of who publishes to an exchange that is not there.
        await using var channel = await connection.CreateChannelAsync(Confirmed, cancellationToken);
        try
        {
            await Publish(channel, nameof(RunObservations), "", Join(several), cancellationToken);
            return true;
        }
        catch (Exception e) when (HasNoQueue(e))
        {
            return false;
        }
    }

    static bool HasNoQueue(Exception e) => e is PublishException { IsReturn: true }
        || e.Message.Contains("NOT_FOUND", StringComparison.Ordinal);

    static ReadOnlyMemory<byte> Join(IReadOnlyList<ReadOnlyMemory<byte>> several)
    {
        var json = new ArrayBufferWriter<byte>(several.Sum(line => line.Length + 1) + 32);
        json.Write("""{"observations":"""u8);
        foreach (var (i, line) in several.Index())
        {
            json.Write(i == 0 ? "["u8 : ","u8);
            json.Write(line.Span);
        }

        json.Write("]}"u8);
        return json.WrittenMemory;
    }

    static async Task Publish(IChannel channel, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        var json = JsonElement.Parse(line.Span, JsonBody.AnyDepth);
        // Where several ledgers divide the runs, all of one go to one, however its id is written.
        var run = ReadableJson.Member(json, "processRunId") ?? ReadableJson.Member(json, "ProcessRunId");
        var key = run is { ValueKind: JsonValueKind.String } text && text.TryGetGuid(out var id) ? $"{id}" : "";
        await Publish(channel, JsonBody.TypeOf(json)!.Value.GetString()!, key, line, cancellationToken);
    }

    static async Task Publish(
        IChannel channel, string type, string routingKey, ReadOnlyMemory<byte> message,
        CancellationToken cancellationToken) =>
        await channel.BasicPublishAsync(
            $"RunLedger.Contracts:{type}",
            routingKey,
            mandatory: true,
            new BasicProperties
            {
                ContentType = "application/json",
                Type = type,
                DeliveryMode = DeliveryModes.Persistent
            },
            message,
            cancellationToken);
}
