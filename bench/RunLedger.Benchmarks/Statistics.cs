namespace RunLedger.Benchmarks;

static class Statistics
{
    public static double Median(IReadOnlyCollection<double> values) => Quantile(values, 0.5);

    public static double Quantile(IReadOnlyCollection<double> values, double quantile) =>
        values.Order().ElementAt((int)Math.Min(values.Count - 1, values.Count * quantile));
}
