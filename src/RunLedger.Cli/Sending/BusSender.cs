using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace RunLedger.Cli.Sending;

/// <summary>Plain JSON to the exchange of its contract, each confirmed by the broker and by a queue that has it.</summary>
sealed class BusSender(LedgerAddress address) : ISender
{
    IConnection? _connection;

    public async Task<string?> SendAsync(IReadOnlyList<string> lines, CancellationToken cancellationToken)
    {
        try
        {
            _connection ??= await new ConnectionFactory
            {
                Uri = address.Uri,
                ClientProvidedName = "runledger",
                AutomaticRecoveryEnabled = false,
            }.CreateConnectionAsync(cancellationToken);
            await using var channel = await _connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
                cancellationToken);
            foreach (var line in lines)
                await Publish(channel, line, cancellationToken);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it was, the observations are not known to be durable, and a new connection may do better.
            if (_connection is { IsOpen: false })
                _connection = null;
            return e.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    static async Task Publish(IChannel channel, string line, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(line);
        var type = json.RootElement.GetProperty("type").GetString()!;
        await channel.BasicPublishAsync(
            $"RunLedger.Contracts:{type}",
            routingKey: "",
            mandatory: true,
            new BasicProperties { ContentType = "application/json", Type = type, DeliveryMode = DeliveryModes.Persistent },
            Encoding.UTF8.GetBytes(line),
            cancellationToken);
    }
}
