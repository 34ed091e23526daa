using System.Text.Json;
using RabbitMQ.Client;
using RunLedger.Client.Sending;

namespace RunLedger.Cli.Sending;

/// <summary>
/// Plain JSON to the exchange of its contract, each confirmed by the broker and by a queue that has it.
/// </summary>
sealed class BrokerTransport(LedgerAddress address) : ITransport, IAsyncDisposable
{
    IConnection? _connection;

    public async Task<IReadOnlyList<string>> Send(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        // What failed may have been the connection: a new one may do better.
        if (_connection is not { IsOpen: true })
        {
            _connection = await new ConnectionFactory
            {
                Uri = address.Uri,
                ClientProvidedName = "runledger",
                AutomaticRecoveryEnabled = false,
            }.CreateConnectionAsync(cancellationToken);
        }

        await using var channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken);
        foreach (var line in lines)
            await Publish(channel, line, cancellationToken);
        return [];
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    static async Task Publish(IChannel channel, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(line);
        var type = json.RootElement.GetProperty("type").GetString()!;
        await channel.BasicPublishAsync(
            $"RunLedger.Contracts:{type}",
            routingKey: "",
            mandatory: true,
            new BasicProperties
            {
                ContentType = "application/json",
                Type = type,
                DeliveryMode = DeliveryModes.Persistent,
            },
            line,
            cancellationToken);
    }
}
