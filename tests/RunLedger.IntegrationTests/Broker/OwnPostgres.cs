using Npgsql;
using RunLedger.Schema;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>A PostgreSQL of a test's own, which it may stop: the shared one serves others too.</summary>
sealed class OwnPostgres : IAsyncDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("run-ledger-postgres-");
    readonly string _bin;
    readonly int _port = LedgerProcess.FreePort();

    OwnPostgres(string bin) => _bin = bin;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=runledger;Database=postgres;Timeout=5";

    string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>Running, with the ledger's tables.</summary>
    public static async Task<OwnPostgres> CreateAsync()
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
                .Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Max()
            : null;
        if (bin is null)
            TestDatabase.Missing("No initdb in /usr/lib/postgresql/*/bin; Debian's package is postgresql.");
        var server = new OwnPostgres(bin!);
        try
        {
            // initdb and pg_ctl refuse to be root.
            if (Environment.IsPrivilegedProcess)
                await Shell.RunAsync("chown", "postgres", server._folder.FullName);
            await server.RunAsync("initdb", "-D", server.Data, "-U", "runledger", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
            await server.StartAsync();
            await new LedgerSchema(server.ConnectionString).ApplyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task StartAsync() => RunAsync("pg_ctl", "start", "-w", "-D", Data, "-l", Path.Combine(_folder.FullName, "log"),
        "-o", $"-p {_port} -k {_folder.FullName} -c listen_addresses=127.0.0.1");

    /// <summary>Sessions are cut, as an operator's restart does.</summary>
    public Task StopAsync() => RunAsync("pg_ctl", "stop", "-w", "-D", Data, "-m", "fast");

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(pooled);
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await RunAsync("pg_ctl", "stop", "-w", "-D", Data, "-m", "immediate");
        _folder.Delete(recursive: true);
    }

    Task<string> RunAsync(string command, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Shell.RunAsync("runuser", ["-u", "postgres", "--", Path.Combine(_bin, command), .. arguments])
        : Shell.RunAsync(Path.Combine(_bin, command), arguments);
}
