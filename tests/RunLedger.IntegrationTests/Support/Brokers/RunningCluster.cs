using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>
/// The cluster of <c>infra/cluster-up</c> and what becomes of its parts: <c>broker 1</c> to <c>broker 3</c>,
/// <c>primary</c>, <c>standby</c> and <c>pgbouncer</c>. Whoever uses it is in its <see cref="Collection"/>, or two
/// tests would kill each other's servers.
/// </summary>
sealed class RunningCluster : IAsyncDisposable
{
    public const string Collection = "cluster";

    readonly string _command;

    RunningCluster(string command) => _command = command;

    /// <summary>A broker's address without a virtual host; the first is 1, as its name is.</summary>
    public static Uri Broker(int number) => BrokerServer.Nodes()[number - 1];

    /// <summary>The same database and login by way of PgBouncer, in transaction mode.</summary>
    public static string Pooled(string postgres)
    {
        var pooler = new NpgsqlConnectionStringBuilder(Variable("RUNLEDGER_CLUSTER_PGBOUNCER"));
        var settings = new NpgsqlConnectionStringBuilder(postgres) { Host = pooler.Host, Port = pooler.Port };
        settings.Remove("Target Session Attributes");
        return settings.ConnectionString;
    }

    /// <summary>With all parts running; skips the test where there is no cluster.</summary>
    public static async Task<RunningCluster> Whole()
    {
        if (Environment.GetEnvironmentVariable("RUNLEDGER_CLUSTER") is null or "")
            TestDatabase.Missing("RUNLEDGER_CLUSTER is not set: ./test --cluster runs this, infra/cluster-up says it.");
        var cluster = new RunningCluster(Variable("RUNLEDGER_CLUSTER_NODE"));
        await cluster.Run("mend");
        return cluster;
    }

    /// <summary>SIGKILL to all processes of it.</summary>
    public Task Kill(string part) => Run("kill", part);

    /// <summary>As an operator stops it.</summary>
    public Task Stop(string part) => Run("stop", part);

    /// <summary>It has come up when this returns.</summary>
    public Task Start(string part) => Run("start", part);

    public Task Restart(string part) => Run("restart", part);

    /// <summary>The standby becomes the primary; the old one must have been killed.</summary>
    public Task Promote() => Run("promote", "standby");

    /// <summary>What was killed and stopped runs again.</summary>
    public async ValueTask DisposeAsync() => await Run("mend");

    Task<string> Run(string verb, string part = "") =>
        Shell.Run(_command, [verb, .. part.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
}
