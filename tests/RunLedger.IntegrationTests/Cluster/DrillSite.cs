using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Cluster;

/// <summary>
/// Two replicas on the cluster, with all of its hosts in their connection strings, and a load that is published while a
/// part of it fails. In the end the rows are those of an oracle written before, nothing is in the error queue or
/// unacknowledged, every replica is healthy within a minute, and none has written more than twenty messages a minute.
/// </summary>
sealed class DrillSite : IAsyncDisposable
{
    const int MostLinesAMinute = 20;
    static readonly TimeSpan HealthyWithin = TimeSpan.FromSeconds(60);

    readonly LedgerSite _site;
    readonly LedgerProcess[] _replicas = new LedgerProcess[2];
    readonly Dictionary<string, string> _settings;
    readonly Stopwatch _clock = new();
    readonly Traffic _traffic;

    DrillSite(LedgerSite site, VirtualHost host, Dictionary<string, string> settings, int seed)
    {
        (_site, Host, _settings, _traffic) = (site, host, settings, new Traffic(seed));
        Sent = _traffic.Runs(2_000);
    }

    public VirtualHost Host { get; }
    public LedgerSite Site => _site;
    public IReadOnlyList<LedgerProcess> Replicas => _replicas;
    public List<Sent> Sent { get; }

    /// <param name="seed">Of the load.</param>
    /// <param name="publisher">The broker that is published to.</param>
    /// <param name="pooled">By way of PgBouncer.</param>
    /// <param name="consumers">How long a consumer may take; null for the broker's default.</param>
    /// <param name="lines">Of the first replica to all servers; null where it is on the host of the servers.</param>
    public static async Task<DrillSite> Create(
        int seed, int publisher = 1, bool pooled = false, TimeSpan? consumers = null, HostLines? lines = null)
    {
        var database = await TestDatabase.Create(applySchema: true);
        var host = await VirtualHost.Create(replicated: true);
        // Before anybody consumes: a consumer keeps the limit that it began with.
        if (consumers is { } limit)
            await host.LimitConsumers(limit);
        var site = new LedgerSite(
            database.ConnectionString, host.At(RunningCluster.Broker(publisher)), host, database);
        var hosts = string.Join(',', BrokerServer.Nodes().Select(node => $"{node.Host}:{node.Port}"));
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__RabbitMq"] = $"amqp://{host.Address.UserInfo}@{hosts}{host.Address.AbsolutePath}",
        };
        if (pooled)
            settings["ConnectionStrings__Postgres"] = RunningCluster.Pooled(site.Postgres);
        var drill = new DrillSite(site, host, settings, seed);
        for (var replica = 0; replica < 2; replica++)
        {
            drill._replicas[replica] = await site.Start(
                replica == 0 && lines is not null ? Far(site.Postgres, host.Address, lines) : settings);
        }

        drill._clock.Start();
        return drill;
    }

    static Dictionary<string, string> Far(string postgres, Uri host, HostLines lines)
    {
        var settings = new NpgsqlConnectionStringBuilder(postgres);
        var ports = settings.Host!.Split(',')
            .Select(server => int.Parse(server.Split(':')[^1], CultureInfo.InvariantCulture));
        settings.Host = string.Join(',', ports.Select(lines.To));
        var brokers = string.Join(',', BrokerServer.Nodes().Select(node => lines.To(node.Port)));
        return new()
        {
            ["ConnectionStrings__Postgres"] = settings.ConnectionString,
            ["ConnectionStrings__RabbitMq"] = $"amqp://{host.UserInfo}@{brokers}{host.AbsolutePath}",
        };
    }

    /// <summary>Publishes the load, and does something in its midst.</summary>
    public async Task During(Func<Task> fault)
    {
        var stream = _traffic.Disturbed(Sent);
        var half = stream.Length / 2;
        await _site.Publisher.Send(stream[..half]);
        var rest = _site.Publisher.Send(stream[half..]);
        await UnderWay();
        await fault();
        await rest;
    }

    /// <summary>Some runs are committed.</summary>
    public Task UnderWay() => Eventually.Async(
        async () => (await _site.List("select count(*)::text from process_run_observation"))[0] is var runs
            && runs.Length < 3 ? $"{runs} runs are there" : null,
        HealthyWithin,
        () => _site.Output);

    /// <summary>Stops one replica and starts another in its place.</summary>
    public async Task Replace(int replica)
    {
        Assert.Equal(0, (await _replicas[replica].Stop()).ExitCode);
        _replicas[replica] = await _site.Start(_settings);
    }

    /// <summary>Another one in place of a replica whose host is gone.</summary>
    public async Task ReplaceLost(int replica)
    {
        await _replicas[replica].Kill();
        _replicas[replica] = await _site.Start(_settings);
    }

    /// <summary>Every replica says <c>Healthy</c>.</summary>
    public Task Healthy() => Eventually.Async(
        async () =>
        {
            foreach (var replica in _replicas)
            {
                var (status, body) = await replica.Get("/health/ready");
                if ((status, body) != (200, "Healthy"))
                    return $"A replica answers {status} {body}";
            }

            return null;
        },
        HealthyWithin,
        () => _site.Output);

    /// <summary>All is there, once, and nobody made a noise.</summary>
    public async Task Settle(int rejected = 0)
    {
        await Eventually.Async(
            async () => await Host.Unacknowledged(LedgerSite.Queue) is var held and > 0 ? $"{held} are held" : null,
            HealthyWithin,
            () => _site.Output);
        var minutes = Math.Ceiling(_clock.Elapsed.TotalMinutes);
        foreach (var replica in _replicas)
        {
            // A message of the console logger begins with its level.
            var lines = replica.Everything.Split('\n').Count(
                line => line.StartsWith("warn:", StringComparison.Ordinal)
                    || line.StartsWith("fail:", StringComparison.Ordinal)
                    || line.StartsWith("info: RunLedger", StringComparison.Ordinal));
            Assert.True(lines <= minutes * MostLinesAMinute, $"{lines} messages\n{replica.Everything}");
            Assert.DoesNotContain("\n         at ", replica.Everything, StringComparison.Ordinal);
        }

        await _site.Settle(Oracle.Rows(Sent), rejected);
    }

    public async ValueTask DisposeAsync()
    {
        // Or what a drill failed of would be hidden by a database that is away.
        await using (await RunningCluster.Whole())
            await _site.DisposeAsync();
    }
}
