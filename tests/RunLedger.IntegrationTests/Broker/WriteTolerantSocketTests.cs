using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>A connection whose writes fail while its reader hears nothing of it.</summary>
public sealed class WriteTolerantSocketTests
{
    // With the client's own socket the writes beyond its queue of 128 frames wait until heartbeats were missed.
    [Fact]
    public async Task A_connection_that_cannot_write_ends_at_once_however_many_frames_wait()
    {
        await using var host = await VirtualHost.Create();
        using var wire = new TcpListener(IPAddress.Loopback, 0);
        wire.Start();
        _ = Forward(wire, host.Address);
        ITcpClient? socket = null;
        var factory = new ConnectionFactory
        {
            Uri = new UriBuilder(host.Address) { Port = ((IPEndPoint)wire.LocalEndpoint).Port }.Uri,
            AutomaticRecoveryEnabled = false,
            SocketFactory = family => socket = WriteTolerantSocket.Create(family),
        };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        socket!.Client.Shutdown(SocketShutdown.Send);

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Write(channel))).WaitAsync(TimeSpan.FromSeconds(20));
        await Eventually.Async(
            () => Task.FromResult(connection.IsOpen ? "The connection is open." : null), TimeSpan.FromSeconds(20));
    }

    static async Task Write(IChannel channel)
    {
        try
        {
            await channel.BasicPublishAsync("", "nowhere", "x"u8.ToArray());
        }
        catch (Exception e) when (e is AlreadyClosedException or ChannelClosedException or OperationCanceledException)
        {
            // The connection is over: what this test asks for.
        }
    }

    // The broker is not told that the client sends no more, or it would end the connection itself.
    static async Task Forward(TcpListener wire, Uri broker)
    {
        using var client = await wire.AcceptTcpClientAsync();
        using var server = new TcpClient();
        await server.ConnectAsync(broker.Host, broker.Port);
        var answers = server.GetStream().CopyToAsync(client.GetStream());
        await client.GetStream().CopyToAsync(server.GetStream());
        await answers;
    }
}
