using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RunLedger.Service.Host;
using RunLedger.Service.Standby;

namespace RunLedger.Tests.Standby;

/// <summary>What is wrong with the standby's settings is said before anything is read.</summary>
public sealed class StandbySettingsTests
{
    const string Server = "Host=127.0.0.1;Database=runledger";

    [Fact]
    public void Without_its_connection_string_nothing_is_missing() => Assert.Empty(Faults());

    [Fact]
    public void A_standby_beside_its_primary_is_fine() => Assert.Empty(
        Faults(("ConnectionStrings:PostgresReading", Server), ("ConnectionStrings:Postgres", Server)));

    [Fact]
    public void A_standby_of_nothing_is_refused() => Assert.Equal(
        ["ConnectionStrings__PostgresReading needs ConnectionStrings__Postgres: it names a standby of the server where "
            + "the ledger writes"],
        Faults(("ConnectionStrings:PostgresReading", Server)));

    [Theory]
    [InlineData("Host=127.0.0.1;Password=secret;Colour=red")]
    [InlineData("secret")]
    [InlineData("Port=1;Password=secret")]
    public void A_connection_string_that_cannot_be_read_stops_the_start_without_its_password(string standby)
    {
        var stopped = Assert.Throws<OptionsValidationException>(() => LedgerHost.Build(
            [$"--ConnectionStrings:PostgresReading={standby}", $"--ConnectionStrings:Postgres={Server}"]));

        Assert.StartsWith(
            "ConnectionStrings__PostgresReading: The connection string ", stopped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", stopped.Message, StringComparison.Ordinal);
    }

    static IEnumerable<string> Faults(params (string Name, string? Value)[] settings) => StandbyRegistration.Faults(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Name, one.Value)))
            .Build());
}
