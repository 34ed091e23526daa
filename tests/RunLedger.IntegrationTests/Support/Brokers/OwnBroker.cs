using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.IntegrationTests.Support.Security;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>
/// A RabbitMQ node of a test's own, which it may stop. Run as who runs the test, with a home and so an Erlang cookie of
/// its own: the wrappers in <c>/usr/sbin</c> are for the machine's node.
/// </summary>
sealed class OwnBroker : IAsyncDisposable
{
    const string Scripts = "/usr/lib/rabbitmq/bin";
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("run-ledger-rabbitmq-");
    readonly int _port = LedgerProcess.FreePort();
    readonly int _tlsPort = LedgerProcess.FreePort();
    readonly Dictionary<string, string> _environment;

    OwnBroker(OwnAuthority? tls, string enabled)
    {
        var plugins = Path.Combine(_folder.FullName, "enabled_plugins");
        File.WriteAllText(plugins, $"[{enabled}].\n");
        _environment = new()
        {
            ["HOME"] = _folder.FullName,
            ["RABBITMQ_NODENAME"] = $"rl_{_port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{_port}",
            ["RABBITMQ_DIST_PORT"] = $"{LedgerProcess.FreePort()}",
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder.FullName, "rabbitmq"),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder.FullName, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder.FullName, "log"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
            ["RABBITMQ_PID_FILE"] = PidFile,
        };
        if (tls is not null)
            Certify(tls);
    }

    public Uri Address => new($"amqp://guest:guest@127.0.0.1:{_port}/");

    /// <summary>
    /// The same broker over TLS, by any name of this machine; its certificate is for <c>localhost</c>.
    /// </summary>
    public Uri TlsAddress(string host) => new($"amqps://guest:guest@{host}:{_tlsPort}/");

    /// <summary>How those who are connected are: <c>true</c> for TLS.</summary>
    public async Task<string[]> Connections() =>
        (await Control("list_connections", "--quiet", "--no-table-headers", "ssl")).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);

    string PidFile => Path.Combine(_folder.FullName, "pid");

    /// <param name="tls">Who issues the certificate of its listener with TLS; null for none.</param>
    /// <param name="plugins">Which plug-ins it has, with commas.</param>
    public static async Task<OwnBroker> Create(OwnAuthority? tls = null, string plugins = "")
    {
        if (!File.Exists(OwnServers.Seen($"{Scripts}/rabbitmq-server")))
            TestDatabase.Missing($"No rabbitmq-server in {Scripts}; Debian's package is rabbitmq-server.");
        var broker = new OwnBroker(tls, plugins);
        try
        {
            await broker.Start();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public async Task Start()
    {
        // Detached, it keeps the streams it was given: none of ours, or reading them would never end.
        await OwnServers.Run("sh", _environment, "-c", $"exec {Scripts}/rabbitmq-server -detached > /dev/null 2>&1");
        await Eventually.Async(NotUp, StartLimit);
    }

    /// <summary>What a file of definitions says, read from the node's own folder: it may see no other.</summary>
    public Task Import(string definitions)
    {
        var own = Path.Combine(_folder.FullName, "definitions.json");
        File.Copy(definitions, own, overwrite: true);
        return Control("import_definitions", own);
    }

    /// <summary>In order: those who are connected are told.</summary>
    public async Task Stop() => await Shell.End((await File.ReadAllTextAsync(PidFile)).Trim(), _folder.FullName);

    public async Task Restart()
    {
        await Stop();
        await Start();
    }

    /// <summary>SIGKILL, as a machine that fails does to it.</summary>
    public async Task Kill()
    {
        if (File.Exists(PidFile))
            await Shell.Kill((await File.ReadAllTextAsync(PidFile)).Trim(), _folder.FullName);
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _folder.Delete(recursive: true);
    }

    void Certify(OwnAuthority authority)
    {
        var (certificate, key) =
            (Path.Combine(_folder.FullName, "server.crt"), Path.Combine(_folder.FullName, "server.key"));
        (var pem, var secret) = authority.Issue("localhost");
        File.WriteAllText(certificate, pem);
        File.WriteAllText(key, secret);
        File.WriteAllText(Path.Combine(_folder.FullName, "rabbitmq.conf"), $"""
            listeners.ssl.1 = 127.0.0.1:{_tlsPort}
            ssl_options.cacertfile = {authority.Pem}
            ssl_options.certfile = {certificate}
            ssl_options.keyfile = {key}
            ssl_options.verify = verify_none

            """);
    }

    async Task<string?> NotUp()
    {
        // Its own tool would be asked for as much time of the processor as some brokers need to start.
        try
        {
            await using var connection = await new ConnectionFactory { Uri = Address }.CreateConnectionAsync();
            return null;
        }
        catch (BrokerUnreachableException e)
        {
            return e.Message;
        }
    }

    Task<string> Control(params string[] arguments) =>
        OwnServers.Run($"{Scripts}/rabbitmqctl", _environment, arguments);
}
