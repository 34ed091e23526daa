using System.Net;
using System.Net.Sockets;

namespace RunLedger.Benchmarks;

/// <summary>A receiver that answers 200 to whatever is sent, and counts.</summary>
sealed class CallCounter : IDisposable
{
    readonly HttpListener _listener = new();
    int _told;
    int _beats;

    public CallCounter()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add($"{Url}");
        _listener.Start();
        _ = Answer();
    }

    public Uri Url { get; }

    /// <summary>Where people are told.</summary>
    public string Channel => $"{Url}told";

    /// <summary>Where the ledger says that it is there.</summary>
    public string Heartbeat => $"{Url}beat";

    /// <summary>How often people were told.</summary>
    public int Told => _told;

    public int Beats => _beats;

    public void Dispose() => ((IDisposable)_listener).Dispose();

    async Task Answer()
    {
        try
        {
            while (true)
            {
                var call = await _listener.GetContextAsync();
                if (call.Request.Url?.AbsolutePath == "/told")
                    Interlocked.Increment(ref _told);
                else
                    Interlocked.Increment(ref _beats);
                call.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // It is over.
        }
    }
}
