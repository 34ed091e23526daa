using Npgsql;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.IntegrationTests.Support.Security;

namespace RunLedger.IntegrationTests.Security;

/// <summary>TLS to both servers, by their connection strings.</summary>
public sealed class TlsTests(TlsServers servers) : IClassFixture<TlsServers>
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_ledger_speaks_TLS_with_its_database_and_its_broker()
    {
        await using var ledger = await Start(
            "localhost", servers.Authority, "localhost", servers.Authority, ready: true);
        var run = Guid.CreateVersion7();
        await using (var publisher = new Publisher(servers.Broker.Address))
            await publisher.Send([new Sent("RunStarted", run, DateTimeOffset.UnixEpoch.AddYears(50))]);

        await Eventually.Async(
            async () => (await ledger.Get($"/api/runs/{run}")).Status is var status and not 200 ? $"{status}" : null,
            Limit, () => ledger.Output);
        await using var owner = NpgsqlDataSource.Create(servers.Postgres.ConnectionString);
        await using var sessions = owner.CreateCommand(
            "select string_agg(distinct ssl::text, ',') from pg_stat_ssl join pg_stat_activity using (pid) "
            + $"where usename = '{ServiceLogin.Name}'");
        Assert.Equal("true", await sessions.ExecuteScalarAsync());
        Assert.Equal(["true"], (await servers.Broker.Connections()).Distinct());
    }

    [Fact]
    public async Task A_broker_of_a_strange_authority_gets_no_password()
    {
        await using var ledger = await Start(
            "localhost", servers.Authority, "localhost", servers.Stranger, ready: false);

        await Says(ledger, "it is not trusted (");
        Assert.Empty(await servers.Broker.Connections());
    }

    [Fact]
    public async Task Nor_does_one_with_another_name()
    {
        await using var ledger = await Start(
            "localhost", servers.Authority, "127.0.0.1", servers.Authority, ready: false);

        await Says(ledger, "it is for another host than the connection string's");
        Assert.Empty(await servers.Broker.Connections());
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", false)]
    public async Task A_database_that_is_not_the_one_meant_is_refused_on_one_line(string host, bool stranger)
    {
        var connection = servers.Verified(host, stranger ? servers.Stranger : servers.Authority);

        var run = await VerbRun.Schema([], "verify", "--connection", connection);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Contains("its certificate is refused", run.Error, StringComparison.Ordinal);
        Assert.Contains("Root Certificate", run.Error, StringComparison.Ordinal);
    }

    static async Task Says(LedgerProcess ledger, string reason) => await Eventually.Async(
        () => Task.FromResult(
            ledger.Everything.Contains(reason, StringComparison.Ordinal) ? null : $"it does not say {reason}"),
        Limit, () => ledger.Output);

    // What .NET trusts is this file, and the certificates of the machine beside it.
    Task<LedgerProcess> Start(
        string database, OwnAuthority ofDatabase, string broker, OwnAuthority ofBroker, bool ready) =>
        LedgerProcess.Start(
            servers.Verified(database, ofDatabase),
            servers.Broker.TlsAddress(broker),
            new() { ["SSL_CERT_FILE"] = ofBroker.Pem },
            ready);
}
