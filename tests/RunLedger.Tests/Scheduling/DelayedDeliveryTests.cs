using System.Text.RegularExpressions;
using RunLedger.Testing;

namespace RunLedger.Tests.Scheduling;

/// <summary>
/// The broker's delayed delivery needs a plug-in, keeps one unreplicated copy, cannot cancel, and is gone from newer
/// brokers; what asks for it closes the connection elsewhere.
/// </summary>
public sealed partial class DelayedDeliveryTests
{
    [Fact]
    public void Nothing_in_src_asks_the_transport_to_delay_a_message()
    {
        var files = Directory.GetFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains(
                $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .ToList();

        Assert.True(files.Count > 100, $"Only {files.Count} files were looked at.");
        Assert.All(files, file => Assert.DoesNotMatch(Delayed(), File.ReadAllText(file)));
    }

    [Theory]
    [InlineData("transport.UseDelayedMessageScheduler();")]
    [InlineData("bus.AddDelayedMessageScheduler();")]
    [InlineData("endpoint.UseDelayedRedelivery(r => r.Interval(1, 2));")]
    [InlineData("new DelayedScheduleMessageProvider(endpoint)")]
    [InlineData("headers[\"x-delay\"] = 1000;")]
    [InlineData("exchange.ExchangeType = \"x-delayed-message\";")]
    [InlineData("await context.Defer(delay);")]
    [InlineData("await context.Redeliver(delay);")]
    [InlineData("send.Delay = delay;")]
    public void Every_way_of_asking_is_seen(string code) => Assert.Matches(Delayed(), code);

    [GeneratedRegex(
        @"DelayedMessageScheduler|DelayedRedelivery|DelayedSchedule|DelayedExchange|x-delay"
        + @"|\.Defer\(|\.Redeliver\(|\.Delay = ")]
    private static partial Regex Delayed();
}
