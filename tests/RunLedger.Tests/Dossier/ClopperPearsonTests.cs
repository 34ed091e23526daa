using System.Numerics;
using RunLedger.Service.Dossier;

namespace RunLedger.Tests.Dossier;

/// <summary>The bounds against tables, and against sums of the binomial distribution in whole numbers.</summary>
public sealed class ClopperPearsonTests
{
    // Where none or all completed the other bound is a power of 2.5 %: 1 - 0.025^(1/n), or 0.025^(1/n).
    [Theory]
    [InlineData(0, 1, 0, 0.975)]
    [InlineData(1, 1, 0.025, 1)]
    [InlineData(0, 10, 0, 0.3084971078187608)]
    [InlineData(10, 10, 0.6915028921812392, 1)]
    [InlineData(5, 10, 0.187086028447398, 0.812913971552602)]
    [InlineData(0, 368, 0, 0.009974054826946355)]
    [InlineData(0, 0, 0, 1)]
    public void They_are_those_of_the_tables(long completed, long of, double lower, double upper)
    {
        Assert.Equal(lower, ClopperPearson.Lower(completed, of), 8);
        Assert.Equal(upper, ClopperPearson.Upper(completed, of), 8);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(38, 40)]
    [InlineData(199, 200)]
    [InlineData(700, 1_000)]
    public void As_stated_they_leave_out_two_and_a_half_percent_on_each_side_at_least(int completed, int of)
    {
        var stated = Rates.Of(completed, of);
        var (lower, upper) = ((int)(stated.Lower * 1_000_000), (int)(stated.Upper * 1_000_000));

        // Were the rate the lower bound, so many successes or more would be that rare; a millionth above no more.
        Assert.True(IsAtMostOneSide(AtLeast(completed, of, lower), of));
        Assert.False(IsAtMostOneSide(AtLeast(completed, of, lower + 1), of));
        if (completed == of)
            return;
        Assert.True(IsAtMostOneSide(AtMost(completed, of, upper), of));
        Assert.False(IsAtMostOneSide(AtMost(completed, of, upper - 1), of));
    }

    [Theory]
    [InlineData(0, 0, 368)]
    [InlineData(1, 1, 367)]
    [InlineData(368, 368, 0)]
    [InlineData(367, 367, 1)]
    public void Without_a_failure_the_lower_bound_of_99_percent_takes_368_runs(long completed, long of, long more) =>
        Assert.Equal(more, ClopperPearson.SuccessesTo(0.99, completed, of));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(38, 40)]
    [InlineData(95, 100)]
    [InlineData(500, 500)]
    public void One_run_less_than_stated_would_not_reach_the_bound(int completed, int of)
    {
        var more = (int)ClopperPearson.SuccessesTo(0.99, completed, of);

        Assert.True(IsAtMostOneSide(AtLeast(completed + more, of + more, 990_000), of + more));
        Assert.True(
            more == 0 || !IsAtMostOneSide(AtLeast(completed + more - 1, of + more - 1, 990_000), of + more - 1));
        Assert.True(ClopperPearson.Lower(completed + more, of + more) >= 0.99);
    }

    // By halving, on the sum of the terms of the binomial distribution: no beta function, and no library.
    [Theory]
    [InlineData(998_967, 1_000_000)]
    [InlineData(999_999, 1_000_000)]
    [InlineData(1_000_000, 1_000_000)]
    [InlineData(990_150, 1_000_000)]
    [InlineData(2_999_000, 3_000_000)]
    public void Of_millions_of_runs_the_bounds_are_those_of_the_sums_too(int completed, int of)
    {
        var failed = of - completed;
        var (lower, upper) = (
            Halve(rate => Fewer(failed, of, 1 - rate) > Side),
            Halve(rate => Fewer(failed - 1, of, 1 - rate) > 1 - Side));

        Assert.Equal(lower, ClopperPearson.Lower(completed, of), 1e-10);
        Assert.Equal(failed == 0 ? 1 : upper, ClopperPearson.Upper(completed, of), 1e-10);

        // The greatest rate at which it is not so yet.
        static double Halve(Func<double, bool> isSo)
        {
            var (low, high) = (0.9, 1.0);
            for (var step = 0; step < 50; step++)
                (low, high) = isSo((low + high) / 2) ? (low, (low + high) / 2) : ((low + high) / 2, high);
            return low;
        }
    }

    // Of so many, that at most these fail where one does with this probability. The terms are small: by logarithms.
    static double Fewer(int most, int of, double failing)
    {
        var (log, sum) = (of * Math.Log(1 - failing), 0.0);
        for (var k = 0; k <= most; k++)
        {
            sum += Math.Exp(log);
            log += Math.Log((double)(of - k) / (k + 1) * failing / (1 - failing));
        }

        return sum;
    }

    const double Side = 0.025;

    [Fact]
    public void To_the_bound_of_99_percent_a_million_runs_are_counted_too()
    {
        Assert.Equal(0, ClopperPearson.SuccessesTo(0.99, 999_000, 1_000_000));
        Assert.InRange(ClopperPearson.SuccessesTo(0.99, 0, 1_000_000), 99_000_000, 101_000_000);
    }

    // Of a rate in millionths; the sum of the terms, times a million to the power of the runs.
    static BigInteger AtLeast(int completed, int of, int rate) => Sum(completed, of, of, rate);

    static BigInteger AtMost(int completed, int of, int rate) => Sum(0, completed, of, rate);

    static BigInteger Sum(int from, int to, int of, int rate)
    {
        BigInteger sum = 0, choose = 1;
        for (var k = 0; k <= to; k++)
        {
            if (k >= from)
                sum += choose * BigInteger.Pow(rate, k) * BigInteger.Pow(1_000_000 - rate, of - k);
            choose = choose * (of - k) / (k + 1);
        }

        return sum;
    }

    // 2.5 %
    static bool IsAtMostOneSide(BigInteger sum, int of) => sum * 40 <= BigInteger.Pow(1_000_000, of);
}
