using System.Net;
using System.Net.Sockets;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>
/// The lines of one host to its servers. They can fall silent, as when the host is gone: nothing arrives any more, in
/// either direction, and nobody hangs up.
/// </summary>
sealed class HostLines : IAsyncDisposable
{
    readonly List<TcpListener> _listeners = [];
    readonly List<Task> _carried = [];
    readonly CancellationTokenSource _end = new();
    volatile bool _silent;

    /// <summary>A line to a server of this machine; its own end, as host and port.</summary>
    public string To(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _listeners.Add(listener);
        Keep(Accept(listener, port));
        return $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    public void FallSilent() => _silent = true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var listener in _listeners)
            listener.Dispose();
        Task[] carried;
        lock (_carried)
            carried = [.. _carried];
        await Task.WhenAll(carried);
        _end.Dispose();
    }

    void Keep(Task carried)
    {
        lock (_carried)
            _carried.Add(carried);
    }

    async Task Accept(TcpListener listener, int port)
    {
        try
        {
            while (true)
                Keep(Carry(await listener.AcceptTcpClientAsync(_end.Token), port));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    async Task Carry(TcpClient host, int port)
    {
        using var ours = host;
        using var theirs = new TcpClient { NoDelay = true };
        ours.NoDelay = true;
        try
        {
            await theirs.ConnectAsync(IPAddress.Loopback, port, _end.Token);
            await Task.WhenAny(
                Carry(ours.GetStream(), theirs.GetStream()), Carry(theirs.GetStream(), ours.GetStream()));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
    }

    async Task Carry(NetworkStream from, NetworkStream to)
    {
        try
        {
            var buffer = new byte[65_536];
            int count;
            while ((count = await from.ReadAsync(buffer, _end.Token)) > 0)
            {
                if (!_silent)
                    await to.WriteAsync(buffer.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException)
        {
        }

        // A host that is gone does not hear that it was hung up on, nor does anybody hear it.
        if (_silent)
            await Task.Delay(Timeout.Infinite, _end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
