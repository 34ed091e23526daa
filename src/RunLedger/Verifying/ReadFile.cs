using RunLedger.Sealing;

namespace RunLedger.Verifying;

/// <summary>Reads what rows are left in a file that somebody may have changed.</summary>
/// <param name="path">The file.</param>
/// <param name="kind">Of runs or of components.</param>
/// <param name="rows">How many its manifest says: of many more not all are needed.</param>
/// <param name="cancellationToken">Ends it.</param>
delegate IReadOnlyList<FileRow> ReadFile(string path, LeafKind kind, int rows, CancellationToken cancellationToken);
