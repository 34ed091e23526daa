using System.Net.Sockets;
using RabbitMQ.Client;

namespace RunLedger.Broker;

/// <summary>
/// A connection to the broker whose failed writes do not stop the client's writer. RabbitMQ.Client up to 7.2.2 queues
/// 128 frames to a writer that ends with its first failed write: acknowledgements of a full batch then wait for ever on
/// a queue nobody empties, and so does the client's answer to the broker's close, on which its recovery waits.
/// https://github.com/rabbitmq/rabbitmq-dotnet-client/issues/1930
/// </summary>
sealed class WriteTolerantSocket(Socket socket) : TcpClientAdapter(socket)
{
    public static ITcpClient Create(AddressFamily family) =>
        new WriteTolerantSocket(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });

    public override NetworkStream GetStream() => new Writes(Client);

    /// <summary>
    /// What cannot be written is dropped, and the reader is told that the connection is over: what was not acknowledged
    /// is delivered again, what was not confirmed has failed.
    /// </summary>
    sealed class Writes(Socket socket) : NetworkStream(socket)
    {
        bool _broken;

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_broken)
                return;
            try
            {
                await base.WriteAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                _broken = true;
                End();
            }
        }

        void End()
        {
            try
            {
                Socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is over already.
            }
        }
    }
}
