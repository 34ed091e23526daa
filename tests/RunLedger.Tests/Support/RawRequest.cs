using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RunLedger.Tests.Support;

/// <summary>A request whose client sends and takes no more than a test says.</summary>
sealed class RawRequest : IAsyncDisposable
{
    // Small, and so it stays: what the service sends beyond it is not taken.
    const int Window = 4 * 1024;

    readonly TcpClient _client = new() { ReceiveBufferSize = Window };

    public static async Task<RawRequest> Get(EmbeddedLedger ledger, string path, TestKey? key = null)
    {
        var request = new RawRequest();
        await request.Begin(ledger, $"GET {path}", key, "");
        return request;
    }

    /// <summary>A request that the service has begun to read.</summary>
    public static async Task<RawRequest> Post(
        EmbeddedLedger ledger, int length, TestKey? key = null, string path = "/api/observations")
    {
        var request = await Announce(ledger, length, key, path);
        // Asked for its body: it is in the service's hands.
        Assert.Equal(100, await request.Status());
        return request;
    }

    /// <summary>A request that asks whether its body is wanted.</summary>
    public static async Task<RawRequest> Announce(
        EmbeddedLedger ledger, int length, TestKey? key = null, string path = "/api/observations")
    {
        var request = new RawRequest();
        await request.Begin(
            ledger, $"POST {path}", key,
            "Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {length}\r\nExpect: 100-continue\r\n");
        return request;
    }

    public Task Send(byte[] body) => _client.GetStream().WriteAsync(body).AsTask();

    /// <summary>The status of the next answer, once all its headers are there; nothing of its body is taken.</summary>
    public async Task<int> Status() =>
        int.Parse((await Until("\r\n\r\n")).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>What comes, as far as a text that must be in it.</summary>
    public async Task<string> Until(string text)
    {
        var (read, one) = (new StringBuilder(), new byte[1]);
        while (!read.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            await _client.GetStream().ReadExactlyAsync(one, TestContext.Current.CancellationToken);
            read.Append((char)one[0]);
        }

        return read.ToString();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task Begin(EmbeddedLedger ledger, string what, TestKey? key, string headers)
    {
        var address = ledger.Client.BaseAddress!;
        await _client.ConnectAsync(address.Host, address.Port);
        if (key is not null)
            headers += $"X-Api-Key: {key.Text}\r\n";
        await Send(Encoding.ASCII.GetBytes($"{what} HTTP/1.1\r\nHost: {address.Authority}\r\n{headers}\r\n"));
    }
}
