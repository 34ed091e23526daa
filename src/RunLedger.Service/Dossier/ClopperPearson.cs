using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace RunLedger.Service.Dossier;

/// <summary>
/// The exact two-sided 95 % bounds of a rate by Clopper and Pearson (1934), from quantiles of the beta distribution:
/// whatever the true rate, at least 95 of 100 such intervals hold it. Each side leaves out 2.5 %.
/// </summary>
static class ClopperPearson
{
    const double Side = 0.025;

    public static double Lower(long successes, long of) =>
        successes == 0 ? 0 : Beta.InvCDF(successes, of - successes + 1, Side);

    public static double Upper(long successes, long of) =>
        successes == of ? 1 : Beta.InvCDF(successes + 1, of - successes, 1 - Side);

    /// <summary>How many further successes, without a failure, until the lower bound is this, at least.</summary>
    public static long SuccessesTo(double lower, long successes, long of)
    {
        var failures = of - successes;
        var (least, most) = (0L, 1L);
        for (; !Reached(most); most *= 2)
            least = most;
        if (Reached(0))
            return 0;
        while (most - least > 1)
        {
            var middle = least + (most - least) / 2;
            (least, most) = Reached(middle) ? (least, middle) : (middle, most);
        }

        return most;

        // The lower bound is at least this where, were this the rate, so many successes would be rare.
        bool Reached(long more) => successes + more > 0
            && SpecialFunctions.BetaRegularized(successes + more, failures + 1, lower) <= Side;
    }
}
