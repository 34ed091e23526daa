namespace RunLedger.Service.Dossier;

/// <summary>Rates and seconds as the dossier states them: to six decimals, bounds rounded away from the rate.</summary>
static class Rates
{
    public const double Target = 0.99;
    const string Interval = "two-sided 95 % Clopper-Pearson";
    const int Decimals = 6;
    const int MicrosPerSecond = 1_000_000;

    public static SuccessFigures Of(long completed, long of) => new()
    {
        Of = of,
        Completed = completed,
        Rate = of == 0 ? null : Math.Round((decimal)completed / of, Decimals),
        Interval = Interval,
        Lower = Math.Round((decimal)ClopperPearson.Lower(completed, of), Decimals, MidpointRounding.ToNegativeInfinity),
        Upper = Math.Round((decimal)ClopperPearson.Upper(completed, of), Decimals, MidpointRounding.ToPositiveInfinity),
        TargetLower = (decimal)Target,
        CompletedRunsToTarget = ClopperPearson.SuccessesTo(Target, completed, of),
    };

    public static decimal Seconds(long micros) => (decimal)micros / MicrosPerSecond;
}
