using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RunLedger.Broker;
using RunLedger.Service.Journal;

namespace RunLedger.Tests.Journal;

public sealed class JournalRegistrationTests
{
    static readonly BrokerAddress Broker = BrokerAddress.Parse("amqp://127.0.0.1/");

    [Fact]
    public void An_embedded_ledger_is_told_that_its_journal_needs_a_broker()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Add(null, ("Enabled", "true")));

        Assert.Contains("ConnectionStrings__RabbitMq", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxAge", "00:00:59")]
    [InlineData("MaxBytes", "999999")]
    [InlineData("SegmentBytes", "3000000001")]
    public void What_is_out_of_its_range_is_named(string setting, string value)
    {
        var services = Add(Broker, ("Enabled", "true"), (setting, value));

        var fault = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<JournalOptions>>().Value);

        Assert.Contains(setting, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_settings_say_is_what_the_stream_is_declared_with()
    {
        var options = Add(Broker, ("MaxAge", "2.00:00:00"), ("MaxBytes", "50000000000"), ("SegmentBytes", "1000000"))
            .GetRequiredService<IOptions<JournalOptions>>().Value;

        Assert.False(options.Enabled);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["x-queue-type"] = "stream",
                ["x-max-age"] = "172800s",
                ["x-max-length-bytes"] = 50_000_000_000,
                ["x-stream-max-segment-size-bytes"] = 1_000_000L,
            },
            options.Limits.Arguments());
    }

    static ServiceProvider Add(BrokerAddress? broker, params (string Name, string Value)[] settings) =>
        new ServiceCollection()
            .AddJournal(
                new ConfigurationBuilder().AddInMemoryCollection(settings.Select(
                    one => KeyValuePair.Create($"Journal:{one.Name}", (string?)one.Value))).Build(),
                broker)
            .BuildServiceProvider();
}
