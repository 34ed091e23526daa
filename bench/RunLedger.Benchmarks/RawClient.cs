using System.Net.Sockets;
using System.Text;

namespace RunLedger.Benchmarks;

/// <summary>A client of the service that sends as slowly, and takes as little, as it likes.</summary>
sealed class RawClient(Uri service, string key) : IDisposable
{
    readonly TcpClient _client = new() { ReceiveBufferSize = 4 * 1024 };

    /// <summary>Whether there is an answer, or an end, to be read.</summary>
    public bool HasAnswer => _client.Client.Poll(0, SelectMode.SelectRead);

    public async Task Send(string request, string headers, CancellationToken cancellationToken)
    {
        await _client.ConnectAsync(service.Host, service.Port, cancellationToken);
        await Write(
            $"{request} HTTP/1.1\r\nHost: {service.Authority}\r\nX-Api-Key: {key}\r\n{headers}\r\n", cancellationToken);
    }

    public async Task Write(string text, CancellationToken cancellationToken) =>
        await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);

    /// <summary>The status of the answer, of which no more is read.</summary>
    public async Task<string> Status(CancellationToken cancellationToken)
    {
        var line = new byte["HTTP/1.1 200".Length];
        await _client.GetStream().ReadExactlyAsync(line, cancellationToken);
        return Encoding.ASCII.GetString(line)[^3..];
    }

    public void Dispose() => _client.Dispose();
}
