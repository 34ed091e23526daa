using RunLedger.Expectations;

namespace RunLedger.Tests.Expectations;

public sealed class HeardRunTests
{
    static readonly DateTime Began = new(2026, 3, 1, 2, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("2026-03-01T02:00:00Z", true)]
    [InlineData("0001-01-01T00:00:00Z", false)]
    [InlineData("9999-12-31T23:59:59Z", false)]
    [InlineData("soon", false)]
    public void A_time_of_no_schedule_names_no_slot(string named, bool isTime) =>
        Assert.Equal(isTime ? Began : null, HeardRun.Nominal(named, null, null, Began));
}
