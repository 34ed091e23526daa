using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RunLedger.Service.Standby;

namespace RunLedger.Tests.Standby;

/// <summary>Servers that are asked where they are.</summary>
public sealed class StandbyDatabaseTests
{
    [Fact]
    public async Task A_server_that_takes_a_connection_and_says_nothing_is_unreachable_after_two_seconds()
    {
        var token = TestContext.Current.CancellationToken;
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        // It would wait for ever for the answer to its first word.
        await using var silent = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={((IPEndPoint)server.LocalEndpoint).Port};Username=u;Database=d;Timeout=0");
        var time = new FakeTimeProvider();
        var database = new StandbyDatabase(silent, silent, time);

        var asking = database.Standby(token);
        using var connected = await server.AcceptTcpClientAsync(token);
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        var fault = await Assert.ThrowsAsync<NpgsqlException>(
            () => asking.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, token));
        Assert.Equal("it did not answer within 2 s", fault.Message);
    }
}
