using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>A RabbitMQ node of a test's own.</summary>
sealed class OwnBroker : IAsyncDisposable
{
    readonly Dictionary<string, string> _environment;
    readonly string _folder = OwnServer.Folder("rabbitmq");
    readonly string _node;
    readonly int _port = LedgerProcess.FreePort();

    OwnBroker()
    {
        _node = $"run_ledger_{_port}@localhost";
        _environment = new()
        {
            ["RABBITMQ_NODENAME"] = _node,
            ["RABBITMQ_NODE_PORT"] = $"{_port}",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_DIST_PORT"] = $"{LedgerProcess.FreePort()}",
            ["RABBITMQ_MNESIA_BASE"] = $"{_folder}/data",
            ["RABBITMQ_LOG_BASE"] = $"{_folder}/log",
            ["RABBITMQ_PID_FILE"] = $"{_folder}/pid",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{_folder}/enabled_plugins",
        };
    }

    public Uri Address => new($"amqp://guest:guest@127.0.0.1:{_port}/");

    public static async Task<OwnBroker> Start()
    {
        if (!File.Exists("/usr/sbin/rabbitmq-server"))
            BrokerHost.Missing("RabbitMQ's own binaries are not here (/usr/sbin): a test stops a server of its own.");
        var broker = new OwnBroker();
        await broker.Up();
        return broker;
    }

    public async Task Up()
    {
        await OwnServer.Run(null, _environment, "/usr/sbin/rabbitmq-server", "-detached");
        await Eventually.Equal(true, Answers, TimeSpan.FromSeconds(60));
    }

    public Task Down() => OwnServer.Run(null, _environment, "/usr/sbin/rabbitmqctl", "-n", _node, "stop", $"{_folder}/pid");

    public Task<IConnection> Connect() => new ConnectionFactory { Uri = Address }.CreateConnectionAsync();

    public async Task<uint> Depth(string queue)
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync();
        return await channel.MessageCountAsync(queue);
    }

    public async ValueTask DisposeAsync()
    {
        await Down();
        Directory.Delete(_folder, recursive: true);
    }

    async Task<bool> Answers()
    {
        try
        {
            await using var connection = await Connect();
            return true;
        }
        catch (BrokerUnreachableException)
        {
            return false;
        }
    }
}
