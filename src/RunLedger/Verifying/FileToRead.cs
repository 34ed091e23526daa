using RunLedger.Retention;
using RunLedger.Sealing;

namespace RunLedger.Verifying;

/// <summary>A file of the archive whose rows are looked at.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="File">One of its files.</param>
/// <param name="Kind">Of runs or of components.</param>
/// <param name="Trusted">Whether its bytes are those that the ledger wrote.</param>
/// <param name="Changed">The row groups that are not as they were.</param>
/// <param name="Before">
/// Whether it was there before anything was sealed: it may have rows of which nobody knows.
/// </param>
sealed record FileToRead(
    SliceManifest Slice, ArchivedFile File, LeafKind Kind, bool Trusted, HashSet<int> Changed, bool Before = false)
{
    public string Name => $"{Slice.Month}/{File.Name}";
}
