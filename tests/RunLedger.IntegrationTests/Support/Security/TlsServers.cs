using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Security;

/// <summary>
/// A PostgreSQL and a RabbitMQ with certificates for <c>localhost</c> of an authority that nobody else knows.
/// </summary>
public sealed class TlsServers : IAsyncLifetime
{
    internal OwnAuthority Authority { get; } = new("RunLedger test authority");
    internal OwnAuthority Stranger { get; } = new("Somebody else's authority");
    internal OwnPostgres Postgres { get; private set; } = null!;
    internal OwnBroker Broker { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Postgres = await OwnPostgres.Create(Authority);
        Broker = await OwnBroker.Create(Authority);
    }

    public async ValueTask DisposeAsync()
    {
        if (Broker is not null)
            await Broker.DisposeAsync();
        if (Postgres is not null)
            await Postgres.DisposeAsync();
        Authority.Dispose();
        Stranger.Dispose();
    }

    internal string Verified(string host, OwnAuthority authority) =>
        new Npgsql.NpgsqlConnectionStringBuilder(ServiceLogin.Of(Postgres.ConnectionString))
        {
            Host = host,
            SslMode = Npgsql.SslMode.VerifyFull,
            RootCertificate = authority.Pem,
        }.ConnectionString;
}
