using System.Globalization;
using RunLedger.Expectations;

namespace RunLedger.Tests.Expectations;

/// <summary>The time a run was started for, as its evidence says it.</summary>
public sealed class NominalTimeTests
{
    [Theory]
    [InlineData("2026-05-01T02:00:00Z", null, null, "2026-05-01 02:00:00Z")]
    [InlineData("2026-05-01T04:00:00+02:00", "2026-04-01T00:00:00Z", null, "2026-05-01 02:00:00Z")]
    [InlineData(null, "2026-05-01T02:00:00Z", null, "2026-05-01 02:00:00Z")]
    // Airflow: the interval that the run is about was over when it started, and its end is what was scheduled.
    [InlineData(null, "2026-04-30T02:00:00Z", "2026-05-01T02:00:00Z", "2026-05-01 02:00:00Z")]
    [InlineData(null, "2026-05-01T02:00:00Z", "2026-05-02T02:00:00Z", "2026-05-01 02:00:00Z")]
    [InlineData("next Tuesday", null, null, null)]
    [InlineData("2026-05-01", "", "x", null)]
    [InlineData(null, null, null, null)]
    public void It_is_the_named_one_else_that_of_OpenLineage_and_what_is_no_time_is_none(
        string? named, string? from, string? to, string? expected)
    {
        var began = new DateTime(2026, 5, 1, 2, 0, 5, DateTimeKind.Utc);

        Assert.Equal(
            expected, HeardRun.Nominal(named, from, to, began)?.ToString("u", CultureInfo.InvariantCulture));
    }
}
