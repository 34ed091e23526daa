using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>A cable between the ledger and its database on which a test can count, and which it can cut.</summary>
sealed class Wire : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly IPEndPoint _server;
    readonly Task _accepting;
    int _answersToLose;

    Wire(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = Accept();
    }

    /// <summary>Statements the server answered.</summary>
    public int Statements { get; private set; }

    /// <summary>Times the server was waited for: what travels with another request costs nothing of its own.</summary>
    public int RoundTrips { get; private set; }

    /// <summary>Answers to a commit that did not arrive.</summary>
    public int LostAnswers { get; private set; }

    /// <param name="connectionString">The server's; becomes that of this end of the wire.</param>
    public static async Task<(Wire Wire, string ConnectionString)> To(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var address = (await Dns.GetHostAddressesAsync(settings.Host!))[0];
        var wire = new Wire(new IPEndPoint(address, settings.Port));
        settings.Host = "127.0.0.1";
        settings.Port = ((IPEndPoint)wire._listener.LocalEndpoint).Port;
        // What is encrypted cannot be read on the way.
        settings.SslMode = SslMode.Disable;
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        return (wire, settings.ConnectionString);
    }

    /// <summary>The next commits happen, and the line is cut before their answers come back.</summary>
    public void LoseAnswersToCommits(int count) => Volatile.Write(ref _answersToLose, count);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
    }

    async Task Accept()
    {
        var lines = new List<Task>();
        try
        {
            while (true)
                lines.Add(Carry(await _listener.AcceptTcpClientAsync()));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(lines);
        }
    }

    async Task Carry(TcpClient client)
    {
        using var ours = client;
        using var theirs = new TcpClient { NoDelay = true };
        ours.NoDelay = true;
        await theirs.ConnectAsync(_server);
        // Whichever end hangs up: the line is gone.
        await Task.WhenAny(Up(ours.GetStream(), theirs.GetStream()), Down(theirs.GetStream(), ours.GetStream()));
    }

    static async Task Up(NetworkStream client, NetworkStream server)
    {
        try
        {
            await client.CopyToAsync(server);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }

    async Task Down(NetworkStream server, NetworkStream client)
    {
        try
        {
            var answers = new PostgresAnswers();
            var buffer = new byte[65_536];
            int count;
            while ((count = await server.ReadAsync(buffer)) > 0)
            {
                foreach (var answer in answers.Read(buffer.AsSpan(0, count)))
                {
                    if (answer is PostgresAnswers.Ready)
                    {
                        RoundTrips++;
                        continue;
                    }

                    Statements++;
                    // Npgsql sends these ahead of the first statement, in the same packet: a transaction, and what
                    // makes a pooled connection as new.
                    if (answer is "BEGIN" or "DISCARD ALL" or "DISCARD TEMP")
                        RoundTrips--;
                    if (answer is "COMMIT" && Interlocked.Decrement(ref _answersToLose) >= 0)
                    {
                        LostAnswers++;
                        return;
                    }
                }

                await client.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }
}
