using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;
using RunLedger.Cli.Errors;
using RunLedger.Client.Sending;
using RunLedger.Intake;

namespace RunLedger.Cli.Transport;

/// <summary>
/// Publishes each message as plain JSON to the exchange of its contract; the broker confirms it once a queue has it.
/// </summary>
sealed class RabbitMqTransport(BrokerAddress address) : ITransport, IAsyncDisposable
{
    // The client's publish may wait for ever for a broker that restarted: its confirmation never comes.
    static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(30);

    IConnection? _connection;

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

        await using var channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken);
        foreach (var line in lines)
            await Publish(channel, line, cancellationToken);
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
            var reason = e is PublishException { IsReturn: true }
                || e.Message.Contains("NOT_FOUND", StringComparison.Ordinal)
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

    static async Task Publish(IChannel channel, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        var json = JsonElement.Parse(line.Span, JsonBody.AnyDepth);
        var type = JsonBody.TypeOf(json)!.Value.GetString();
        await channel.BasicPublishAsync(
            $"RunLedger.Contracts:{type}",
            routingKey: "",
            mandatory: true,
            new BasicProperties
            {
                ContentType = "application/json",
                Type = type,
                DeliveryMode = DeliveryModes.Persistent
            },
            line,
            cancellationToken);
    }
}
