using System.Net.Sockets;
using System.Text;
using RunLedger.IntegrationTests.Support.Brokers;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>A request that a ledger has begun to read, and whose end comes when a test says so.</summary>
sealed class HeldPost : IAsyncDisposable
{
    /// <summary>Kestrel gives up a body that comes too slowly; this much at once counts for minutes.</summary>
    const int Padding = 100_000;

    readonly TcpClient _client = new();
    readonly byte[] _body;
    StreamReader? _reader;

    HeldPost(Sent sent) => _body = Encoding.UTF8.GetBytes(new string(' ', Padding) + sent.Line());

    public static async Task<HeldPost> Begin(LedgerProcess ledger, Sent sent)
    {
        var post = new HeldPost(sent);
        await post._client.ConnectAsync(ledger.Url.Host, ledger.Url.Port);
        post._reader = new StreamReader(post._client.GetStream(), Encoding.ASCII);
        await post.Write(Encoding.ASCII.GetBytes(
            $"POST {ReadyReplicas.Route} HTTP/1.1\r\nHost: {ledger.Url.Authority}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {post._body.Length}\r\nExpect: 100-continue\r\n\r\n"));
        // Asked for its body: it is in the ledger's hands.
        Assert.Equal("HTTP/1.1 100 Continue", await post._reader.ReadLineAsync());
        Assert.Equal("", await post._reader.ReadLineAsync());
        await post.Write(post._body.AsMemory(0, Padding));
        return post;
    }

    /// <summary>The first line of the answer.</summary>
    public async Task<string?> End()
    {
        await Write(_body.AsMemory(Padding));
        return await _reader!.ReadLineAsync();
    }

    public ValueTask DisposeAsync()
    {
        _reader?.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    ValueTask Write(ReadOnlyMemory<byte> bytes) => _client.GetStream().WriteAsync(bytes);
}
