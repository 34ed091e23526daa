using System.Globalization;
using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Intake;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake;

/// <summary>Times as publishers of all kinds write them.</summary>
public sealed class WireTimeTests
{
    [Theory]
    [InlineData("2026-11-20T05:10:18Z", "2026-11-20T05:10:18.0000000")]
    [InlineData("2026-11-20t05:10:18z", "2026-11-20T05:10:18.0000000")]
    [InlineData("2026-11-20 05:10:18Z", "2026-11-20T05:10:18.0000000")]
    [InlineData("2026-11-20 05:10:18.5 +01:00", "2026-11-20T04:10:18.5000000")]
    [InlineData("2026-11-20T05:10:18.123456789012345Z", "2026-11-20T05:10:18.1234567")]
    [InlineData("2026-11-20T05:10:18,25Z", "2026-11-20T05:10:18.2500000")]
    [InlineData("2026-11-20T05:10:18-23:59", "2026-11-21T05:09:18.0000000")]
    [InlineData("2026-11-20T05:10:18+0530", "2026-11-19T23:40:18.0000000")]
    [InlineData("2026-11-20T05:10:18+01", "2026-11-20T04:10:18.0000000")]
    [InlineData("2026-11-20T05:10:18-00:00", "2026-11-20T05:10:18.0000000")]
    [InlineData("2026-11-20T05:10:18+01:00[Europe/Paris]", "2026-11-20T04:10:18.0000000")]
    [InlineData("2026-11-20T05:10:18Z[UTC]", "2026-11-20T05:10:18.0000000")]
    [InlineData("2026-11-20T05:10Z", "2026-11-20T05:10:00.0000000")]
    [InlineData("2026-11-20T05:10:18", "2026-11-20T05:10:18.0000000")]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.9999999")]
    [InlineData("2017-01-01T00:59:60.75+01:00", "2016-12-31T23:59:59.9999999")]
    [InlineData(" 2026-11-20T05:10:18Z\n", "2026-11-20T05:10:18.0000000")]
    public void What_the_standards_allow_is_taken_and_is_UTC(string sent, string taken)
    {
        Assert.True(WireTime.TryRead(sent, out var time, out var fault), fault);

        Assert.Equal(
            DateTimeOffset.Parse(taken, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), time);
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Theory]
    [InlineData("2026-11-20", "is a date without a time of day")]
    [InlineData("", "is not a time")]
    [InlineData("20.11.2026 05:10:18", "is not a time")]
    [InlineData("2026-02-30T05:10:18Z", "is not a time")]
    [InlineData("2026-11-20T24:10:18Z", "is not a time")]
    [InlineData("2026-11-20T05:10:61Z", "is not a time")]
    [InlineData("2026-11-20T05:10:18.Z", "is not a time")]
    [InlineData("2026-11-20T05:10:18+25:00", "is not a time")]
    [InlineData("2026-11-20T05:10:18Z[", "is not a time")]
    [InlineData("2026-11-20T05:10:18Z and more", "is not a time")]
    [InlineData("0001-01-01T00:00:00+14:00", "is not a time")]
    [InlineData("9999-12-31T23:59:59-14:00", "is not a time")]
    public void What_is_no_time_is_said_in_words(string sent, string fault)
    {
        Assert.False(WireTime.TryRead(sent, out _, out var said));

        Assert.Equal(fault, said);
    }

    [Theory]
    [InlineData("\"2026-11-20t05:10:18z\"")]
    [InlineData("\"2026-11-20T06:10:18+01:00[Europe/Paris]\"")]
    [InlineData("\"2026-11-20T05:10:18\"")]
    public void A_contract_reads_them_too(string time)
    {
        var started = Assert.IsType<RunStarted>(JsonBody.ToContract(typeof(RunStarted), Started(time), out _));

        Assert.Equal(new DateTimeOffset(2026, 11, 20, 5, 10, 18, TimeSpan.Zero), started.OccurredAt);
    }

    [Theory]
    [InlineData("\"2026-11-20\"", "is a date without a time of day: send ISO 8601")]
    [InlineData("1763615418", "is a number: send ISO 8601")]
    public void A_contract_with_another_is_told_what_to_send(string time, string reason) =>
        Assert.Contains(
            reason,
            Assert.IsType<RejectedBody>(JsonBody.ToContract(typeof(RunStarted), Started(time), out _)).Reason,
            StringComparison.Ordinal);

    static JsonElement Started(string time)
    {
        var json = BadBodies.Started(Guid.CreateVersion7());
        json["occurredAt"] = "@";
        return JsonElement.Parse(json.ToJsonString().Replace("\"@\"", time, StringComparison.Ordinal));
    }
}
