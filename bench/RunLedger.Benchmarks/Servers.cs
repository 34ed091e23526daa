using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;
using RunLedger.Schema;

namespace RunLedger.Benchmarks;

/// <summary>
/// The servers a measurement runs on: a database of its own, and queues of its own that are deleted after it. The
/// database that <c>RUNLEDGER_BENCH_DATABASE</c> names is kept, so that one that took long to fill serves several.
/// </summary>
sealed class Servers : IAsyncDisposable
{
    const string Advice = "Start them with: eval \"$(infra/servers-up)\"";
    readonly string _admin;
    static int s_databases;
    readonly string _database;
    readonly bool _kept;
    readonly List<string> _queues = [];

    Servers(string admin, string rabbit, string? kept)
    {
        _database = kept ?? $"run_ledger_bench_{Environment.ProcessId}_{s_databases++}";
        _kept = kept is not null;
        _admin = admin;
        Rabbit = BrokerAddress.Parse(rabbit);
        Postgres = new NpgsqlConnectionStringBuilder(admin) { Database = _database }.ConnectionString;
    }

    public BrokerAddress Rabbit { get; }
    public string Postgres { get; }

    /// <param name="kept">Whether a database that is to be kept is taken, if one is named.</param>
    /// <exception cref="BenchException">A server is not named or does not answer.</exception>
    public static async Task<Servers> Find(bool kept = true)
    {
        var named = Environment.GetEnvironmentVariable("RUNLEDGER_BENCH_DATABASE");
        var servers = new Servers(
            Setting("Postgres"), Setting("RabbitMq"), kept && !string.IsNullOrEmpty(named) ? named : null);
        try
        {
            if (!servers._kept)
                await servers.Admin($"drop database if exists {servers._database}");
            if (!servers._kept || !await servers.Exists())
                await servers.Admin($"create database {servers._database}");
            await new LedgerSchema(servers.Postgres).Apply();
            await using var connection = await servers.Connect();
        }
        catch (Exception e) when (e is NpgsqlException or BrokerUnreachableException)
        {
            throw new BenchException($"{e.Message} {Advice}");
        }

        return servers;
    }

    public Task<IConnection> Connect()
    {
        var factory = new ConnectionFactory();
        Rabbit.Configure(factory);
        return factory.CreateConnectionAsync();
    }

    /// <summary>A channel on which a publish returns when the broker has confirmed it.</summary>
    public static Task<IChannel> OpenConfirmedChannel(IConnection connection) => connection.CreateChannelAsync(
        new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));

    /// <summary>A queue name of this measurement.</summary>
    public string Queue(string name)
    {
        var queue = $"run-ledger-bench-{name}-{Environment.ProcessId}";
        _queues.Add(queue);
        return queue;
    }

    /// <summary>
    /// Takes what waits in a queue, and says how many of it are observations. The ledger's own sweeps come whenever
    /// they are due, also to one that stops.
    /// </summary>
    public async Task<int> TakeObservations(string queue)
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync();
        var observations = 0;
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
        {
            if (message.Body.Span.IndexOf("urn:message:RunLedger.Contracts:"u8) >= 0)
                observations++;
        }

        return observations;
    }

    public async Task<T> Query<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Postgres);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// Rows of the two tables that were ever inserted or updated, and transactions; of connections that are closed.
    /// </summary>
    public async Task<(long Rows, long Commits)> Writes() => (
        await Query<long>(
            """
            select sum(n_tup_ins + n_tup_upd)::bigint from pg_stat_user_tables
            where relname in ('process_run_observation', 'process_component_observation')
            """),
        await Query<long>("select xact_commit from pg_stat_database where datname = current_database()"));

    /// <summary>
    /// What the two tables take with their indexes, runs in them, rows that live and that are dead, and how often they
    /// were vacuumed, as the statistics have it.
    /// </summary>
    public async Task<(long Bytes, long Runs, long Live, long Dead, long Vacuums)> Tables()
    {
        await using var source = NpgsqlDataSource.Create(Postgres);
        await using var command = source.CreateCommand(
            """
            select sum(pg_total_relation_size(relid))::bigint,
              coalesce(sum(n_live_tup) filter (where relname = 'process_run_observation'), 0)::bigint,
              sum(n_live_tup)::bigint, sum(n_dead_tup)::bigint, sum(autovacuum_count)::bigint
            from pg_stat_user_tables where relname in ('process_run_observation', 'process_component_observation')
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
    }

    public Task Clear() => Query<object>(
        """
        truncate process_component_observation, process_run_observation, process_run_key, process_component_key,
          process_run_alias, process_component_alias, run_status_count, rejected_observation, scheduled_message,
          sealed_commit, ledger_checkpoint, sealing_state;
        select 1
        """);

    public async ValueTask DisposeAsync()
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in _queues)
        {
            foreach (var name in (string[])[queue, $"{queue}_error", $"{queue}-scheduler", $"{queue}-control"])
            {
                await channel.QueueDeleteAsync(name);
                await channel.ExchangeDeleteAsync(name);
            }
        }

        NpgsqlConnection.ClearAllPools();
        if (_kept)
            return;
        // Not "with (force)": only a superuser may force out an autovacuum that happens to be here; a plain drop
        // cancels it.
        await Admin($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_database}' "
            + "and usename = current_user");
        await Admin($"drop database {_database}");
    }

    static string Setting(string name) => Environment.GetEnvironmentVariable($"ConnectionStrings__{name}")
        is { Length: > 0 } value ? value : throw new BenchException($"ConnectionStrings__{name} is not set. {Advice}");

    async Task<bool> Exists()
    {
        await using var source = NpgsqlDataSource.Create(_admin);
        await using var command = source.CreateCommand("select 1 from pg_database where datname = $1");
        command.Parameters.Add(new() { Value = _database });
        return await command.ExecuteScalarAsync() is not null;
    }

    async Task Admin(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_admin);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
