using Npgsql;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.IntegrationTests.Support.Security;
using RunLedger.Schema;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>A PostgreSQL of a test's own, which it may stop: the shared one serves others too.</summary>
sealed class OwnPostgres : IAsyncDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("run-ledger-postgres-");
    readonly string _bin;
    readonly int _port = LedgerProcess.FreePort();
    string _tls = "";

    OwnPostgres(string bin) => _bin = bin;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=runledger;Database=postgres;Timeout=5";

    string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>Running, with the ledger's tables.</summary>
    /// <param name="tls">Who issues its certificate, for <c>localhost</c>; null for a server without TLS.</param>
    public static async Task<OwnPostgres> Create(OwnAuthority? tls = null)
    {
        const string versions = "/usr/lib/postgresql";
        var bin = Directory.Exists(OwnServers.Seen(versions))
            ? Directory.GetDirectories(OwnServers.Seen(versions)).Select(Path.GetFileName)
                .Where(version => File.Exists(OwnServers.Seen($"{versions}/{version}/bin/initdb")))
                .Select(version => $"{versions}/{version}/bin").Max()
            : null;
        if (bin is null)
            TestDatabase.Missing("No initdb in /usr/lib/postgresql/*/bin; Debian's package is postgresql.");
        var server = new OwnPostgres(bin!);
        try
        {
            // initdb and pg_ctl refuse to be root.
            if (Environment.IsPrivilegedProcess)
                await OwnServers.Give("postgres", server._folder.FullName);
            await server.Run(
                "initdb", "-D", server.Data, "-U", "runledger", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
            if (tls is not null)
                await server.Certify(tls);
            await server.Start();
            await new LedgerSchema(server.ConnectionString).Apply();
            await ServiceLogin.Admit(server.ConnectionString, server.ConnectionString);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A standby of it, running, which the caller ends before it.</summary>
    public async Task<OwnPostgres> Standby()
    {
        var standby = new OwnPostgres(_bin);
        try
        {
            if (Environment.IsPrivilegedProcess)
                await OwnServers.Give("postgres", standby._folder.FullName);
            await standby.Run(
                "pg_basebackup", "--pgdata", standby.Data, "--write-recovery-conf", "--checkpoint=fast",
                "--host=127.0.0.1", $"--port={_port}", "--username=runledger");
            await standby.Start();
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    public async Task Start()
    {
        var log = Path.Combine(_folder.FullName, "log");
        try
        {
            await Run("pg_ctl", "start", "-w", "-D", Data, "-l", log,
                "-o", $"-p {_port} -c unix_socket_directories='' -c listen_addresses=127.0.0.1{_tls}");
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException(await File.ReadAllTextAsync(log), e);
        }
    }

    /// <summary>Sessions are cut, as an operator's restart does.</summary>
    public Task Stop() => Run("pg_ctl", "stop", "-w", "-D", Data, "-m", "fast");

    public async Task Restart()
    {
        await Stop();
        await Start();
    }

    /// <summary>SIGKILL to every process of it; the next start recovers from the log, as after a power cut.</summary>
    public async Task Kill()
    {
        var file = Path.Combine(Data, "postmaster.pid");
        if (!File.Exists(file))
            return;
        await Shell.Kill((await File.ReadAllLinesAsync(file))[0], Data);
        // As long as nobody takes note of its end, the next server believes that this one runs.
        File.Delete(file);
    }

    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(pooled);
        await Kill();
        _folder.Delete(recursive: true);
    }

    async Task Certify(OwnAuthority authority)
    {
        var (certificate, key) =
            (Path.Combine(_folder.FullName, "server.crt"), Path.Combine(_folder.FullName, "server.key"));
        var issued = authority.Issue("localhost");
        await File.WriteAllTextAsync(certificate, issued.Certificate);
        await File.WriteAllTextAsync(key, issued.Key);
        await Shell.Run("chmod", "600", key);
        if (Environment.IsPrivilegedProcess)
            await OwnServers.Give("postgres", certificate, key);
        _tls = $" -c ssl=on -c ssl_cert_file={certificate} -c ssl_key_file={key}";
    }

    Task<string> Run(string command, params string[] arguments) => Environment.IsPrivilegedProcess
        ? OwnServers.RunAs("postgres", [$"{_bin}/{command}", .. arguments])
        : OwnServers.Run($"{_bin}/{command}", [], arguments);
}
