namespace RunLedger.Cli.Replaying;

/// <summary>One JSON value of a file.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Json">Its bytes.</param>
/// <param name="Kind">Where it is to go.</param>
/// <param name="Fault">Why it can go nowhere; null where it can.</param>
readonly record struct ReplayItem(int Line, ReadOnlyMemory<byte> Json, ReplayKind Kind, string? Fault = null);
