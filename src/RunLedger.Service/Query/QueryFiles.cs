namespace RunLedger.Service.Query;

/// <summary>The archive's files that count, and what of them does not.</summary>
/// <param name="Slices">Each with the path of its file of each view.</param>
/// <param name="Returned">
/// Whether runs came back after they were archived. They and their moments come behind all other rows: what files have
/// of them from before is void.
/// </param>
/// <param name="TablesWin">
/// Whether rows of the archive's tables come too, which may be in a file as well: those of the files are then left out.
/// </param>
sealed record QueryFiles(
    IReadOnlyList<QueryFiles.Slice> Slices, bool Returned, bool TablesWin)
{
    /// <summary>Of the runs that came back.</summary>
    public static readonly IReadOnlyList<QueryColumn> ReturnColumns =
        [new("process_run_id", QueryColumnKind.Id), new("returned_at", QueryColumnKind.Time)];

    public sealed record Slice(string Runs, string Components);
}
