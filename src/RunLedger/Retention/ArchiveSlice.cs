using System.Globalization;

namespace RunLedger.Retention;

/// <summary>A pair of files, of runs and of their components, that is on disk.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Month">In which its runs were settled.</param>
/// <param name="Runs">How many.</param>
/// <param name="Components">How many.</param>
/// <param name="ArchivedAt">When the last of them left the tables, where the database was asked.</param>
/// <param name="Manifest">The SHA-256 of its manifest, of one that was just written.</param>
sealed record ArchiveSlice(
    Guid Id, string Month, int Runs, int Components, DateTime? ArchivedAt = null, string? Manifest = null)
{
    public static string MonthOf(DateTime settledAt) => settledAt.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
