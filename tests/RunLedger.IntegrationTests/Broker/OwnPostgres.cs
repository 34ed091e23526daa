namespace RunLedger.IntegrationTests.Broker;

/// <summary>A PostgreSQL cluster of a test's own.</summary>
sealed class OwnPostgres : IAsyncDisposable
{
    static readonly Dictionary<string, string> Plain = [];
    readonly string _binaries;
    readonly string _folder = OwnServer.Folder("postgres");
    readonly int _port = LedgerProcess.FreePort();

    OwnPostgres(string binaries) => _binaries = binaries;

    public string ConnectionString =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Timeout=3;Command Timeout=10";

    public static async Task<OwnPostgres> Start()
    {
        var binaries = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Order().LastOrDefault() : null;
        if (binaries is null)
            BrokerHost.Missing("PostgreSQL's own binaries are not here (/usr/lib/postgresql): a test stops a server of its own.");
        var server = new OwnPostgres($"{binaries}/bin");
        await server.Run("initdb", "-D", server.Data, "-A", "trust", "-U", "postgres", "--no-sync");
        await server.Up();
        return server;
    }

    public Task Up() => Run(
        "pg_ctl", "-D", Data, "-w", "-l", $"{_folder}/log", "-o", $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1", "start");

    /// <summary>Immediately: backends die in the middle of what they do, and the log is replayed at the next start.</summary>
    public Task Down() => Run("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists($"{Data}/postmaster.pid"))
            await Down();
        Directory.Delete(_folder, recursive: true);
    }

    string Data => $"{_folder}/data";

    Task<string> Run(string binary, params string[] arguments) =>
        OwnServer.Run("postgres", Plain, $"{_binaries}/{binary}", arguments);
}
