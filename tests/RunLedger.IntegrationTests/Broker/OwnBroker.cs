namespace RunLedger.IntegrationTests.Broker;

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
    readonly Dictionary<string, string> _environment;

    OwnBroker()
    {
        var plugins = Path.Combine(_folder.FullName, "enabled_plugins");
        File.WriteAllText(plugins, "[].\n");
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
    }

    public Uri Address => new($"amqp://guest:guest@127.0.0.1:{_port}/");

    string PidFile => Path.Combine(_folder.FullName, "pid");

    public static async Task<OwnBroker> CreateAsync()
    {
        if (!File.Exists(Path.Combine(Scripts, "rabbitmq-server")))
            TestDatabase.Missing($"No rabbitmq-server in {Scripts}; Debian's package is rabbitmq-server.");
        var broker = new OwnBroker();
        try
        {
            await broker.StartAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync()
    {
        // Detached, it keeps the streams it was given: none of ours, or reading them would never end.
        await Shell.RunAsync("sh", _environment, "-c", $"exec {Scripts}/rabbitmq-server -detached > /dev/null 2>&1");
        await Eventually.Async(NotUpAsync, StartLimit);
    }

    public Task StopAsync() => ControlAsync("shutdown");

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>SIGKILL, as a machine that fails does to it.</summary>
    public async Task KillAsync()
    {
        if (File.Exists(PidFile))
            await Shell.KillAsync((await File.ReadAllTextAsync(PidFile)).Trim(), _folder.FullName);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    async Task<string?> NotUpAsync()
    {
        try
        {
            await ControlAsync("await_startup", "--timeout", "60");
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    Task<string> ControlAsync(params string[] arguments) =>
        Shell.RunAsync($"{Scripts}/rabbitmqctl", _environment, arguments);
}
