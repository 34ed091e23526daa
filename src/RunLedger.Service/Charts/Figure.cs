using System.Globalization;

namespace RunLedger.Service.Charts;

/// <summary>A number beside a chart.</summary>
static class Figure
{
    const double Large = 1e15, Small = 1e-3;

    /// <summary>Grouped, with no more digits than are read; what is very large or small by its power of ten.</summary>
    public static string Text(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= Large or < Small => value.ToString("0.###e+0", CultureInfo.InvariantCulture),
        >= 1_000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
