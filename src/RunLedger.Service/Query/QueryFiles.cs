namespace RunLedger.Service.Query;

/// <summary>The archive's files that count, and what of them does not.</summary>
/// <param name="Slices">Each with the path of its file of each view.</param>
/// <param name="Returned">
/// Runs that came back after they were archived, and when: what files have of them from before is void.
/// </param>
/// <param name="TablesWin">
/// Whether rows of the archive's tables come too, which may be in a file as well: those of the files are then left out.
/// </param>
sealed record QueryFiles(
    IReadOnlyList<QueryFiles.Slice> Slices, IReadOnlyList<QueryFiles.Return> Returned, bool TablesWin)
{
    public sealed record Slice(string Runs, string Components);

    public sealed record Return(Guid Run, DateTime At);
}
