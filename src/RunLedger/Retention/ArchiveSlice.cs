using System.Globalization;

namespace RunLedger.Retention;

/// <summary>A pair of files, of runs and of their components, that is on disk.</summary>
sealed record ArchiveSlice(Guid Id, string Month, int Runs, int Components)
{
    public static string MonthOf(DateTime settledAt) => settledAt.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
