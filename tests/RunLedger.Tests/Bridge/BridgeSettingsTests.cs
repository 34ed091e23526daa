using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RunLedger.Service.Bridge;

namespace RunLedger.Tests.Bridge;

/// <summary>What is wrong with the bridge's settings is said before anything is followed.</summary>
public sealed class BridgeSettingsTests
{
    const string Source = "Host=127.0.0.1;Database=theirs";

    [Fact]
    public void Without_its_connection_string_there_is_no_bridge_and_no_fault()
    {
        var settings = Settings(("Bridge:JobQueue", "run_ledger_jobs"));

        Assert.Empty(BridgeRegistration.Faults(settings));
        Assert.Empty(new ServiceCollection().AddBridge(settings));
    }

    [Fact]
    public void What_it_needs_besides_is_named_all_at_once() => Assert.Equal(
        [
            "ConnectionStrings__Bridge needs ConnectionStrings__Postgres: its cursor is a table there",
            "ConnectionStrings__Bridge needs Bridge__JobQueue or Bridge__EventOutbox: the view or query to read",
        ],
        BridgeRegistration.Faults(Settings(("ConnectionStrings:Bridge", Source))));

    [Fact]
    public void What_is_out_of_its_range_is_named_with_what_is_missing() => Assert.Equal(
        [
            "ConnectionStrings__Bridge needs ConnectionStrings__Postgres: its cursor is a table there",
            "Bridge__Poll: The field BridgeOptions.Poll must be between 00:00:00.0100000 and 01:00:00.",
            "Bridge__PageSize: The field BridgeOptions.PageSize must be between 1 and 5000.",
        ],
        BridgeRegistration.Faults(Settings(
            ("ConnectionStrings:Bridge", Source),
            ("Bridge:JobQueue", "jobs"),
            ("Bridge:Poll", "00:00:00"),
            ("Bridge:PageSize", "0"))));

    [Fact]
    public void A_connection_string_that_cannot_be_read_is_named_without_its_password()
    {
        var fault = Assert.Single(BridgeRegistration.Faults(Settings(
            ("ConnectionStrings:Bridge", "Host=127.0.0.1;Password=secret;Colour=red"),
            ("ConnectionStrings:Postgres", Source),
            ("Bridge:JobQueue", "run_ledger_jobs"))));

        Assert.StartsWith("ConnectionStrings__Bridge: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_their_range_are_named_all_at_once()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Options(
            ("Bridge:Poll", "00:00:00"), ("Bridge:PageSize", "0"), ("Bridge:Channel", "no; such")));

        Assert.Equal(
            ["Channel", "PageSize", "Poll"], error.Failures.Select(failure => failure.Split(' ', '.', ':')[0]).Order());
    }

    [Theory]
    [InlineData("Bridge:Poll", "soon")]
    [InlineData("Bridge:Pool", "00:00:01")]
    public void A_setting_that_cannot_be_read_or_has_no_such_name_is_not_passed_over(string name, string value) =>
        Assert.Contains(
            name.Split(':')[1],
            Assert.ThrowsAny<Exception>(() => Options((name, value))).ToString(),
            StringComparison.Ordinal);

    static BridgeOptions Options(params (string, string)[] settings)
    {
        using var services = new ServiceCollection().AddLogging()
            .AddBridge(Settings([("ConnectionStrings:Bridge", Source), .. settings])).BuildServiceProvider();
        return services.GetRequiredService<IOptions<BridgeOptions>>().Value;
    }

    static IConfiguration Settings(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value))
        .Build();
}
