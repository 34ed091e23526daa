using System.Net.Http.Headers;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>A virtual host of a test's own on the broker of <c>ConnectionStrings__RabbitMq</c>, deleted at the end.</summary>
sealed class BrokerHost : IAsyncDisposable
{
    readonly Uri _server;
    readonly string _name = $"run-ledger-test-{Guid.CreateVersion7():N}";

    BrokerHost(Uri server) => _server = server;

    public Uri Address => new UriBuilder(_server) { Path = _name }.Uri;

    /// <summary>As amqp-tools want it.</summary>
    public string Url => $"amqp://{_server.UserInfo}@{_server.Host}:{_server.Port}/{_name}";

    /// <summary>Without a broker the test is skipped on a laptop, and fails where <c>CI</c> is <c>true</c>.</summary>
    public static async Task<BrokerHost> CreateAsync()
    {
        var server = Environment.GetEnvironmentVariable("ConnectionStrings__RabbitMq");
        if (string.IsNullOrWhiteSpace(server))
            Missing("ConnectionStrings__RabbitMq is not set; infra/servers-up prints it.");
        var host = new BrokerHost(new Uri(server!));
        try
        {
            await host.Manage(HttpMethod.Put, $"vhosts/{host._name}");
            await host.Manage(
                HttpMethod.Put, $"permissions/{host._name}/{host._server.UserInfo.Split(':')[0]}",
                """{"configure":".*","write":".*","read":".*"}""");
        }
        catch (HttpRequestException e)
        {
            Missing($"No RabbitMQ management answers beside ConnectionStrings__RabbitMq: {e.Message}");
        }

        return host;
    }

    public Task<IConnection> Connect() => new ConnectionFactory { Uri = Address }.CreateConnectionAsync();

    /// <summary>The messages that wait in a queue; none where there is no such queue.</summary>
    public async Task<uint> Depth(string queue)
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return await channel.MessageCountAsync(queue);
        }
        catch (OperationInterruptedException)
        {
            return 0;
        }
    }

    /// <summary>A queue as the broker describes it.</summary>
    public Task<string> Describe(string queue) => Manage(HttpMethod.Get, $"queues/{_name}/{queue}");

    public async ValueTask DisposeAsync() => await Manage(HttpMethod.Delete, $"vhosts/{_name}");

    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
    }

    async Task<string> Manage(HttpMethod method, string path, string? json = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, $"http://{_server.Host}:15672/api/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(_server.UserInfo)));
        request.Content = new StringContent(json ?? "", Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }
}
