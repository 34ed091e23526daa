namespace RunLedger.Retention;

/// <summary>What becomes of runs whose period is over.</summary>
public sealed class ArchiveOptions
{
    /// <summary>The configuration section, <c>Archive</c>.</summary>
    public const string Section = "Archive";

    /// <summary>
    /// Where rows are written as Parquet, in a folder per month in which their runs were settled, before they leave the
    /// ledger's tables; made where it is missing. Replicas share it.
    /// </summary>
    /// <value>The default is null: no files.</value>
    public string? Directory { get; set; }

    /// <summary>
    /// How long after they were archived runs leave the archive tables too: 1 second to a hundred years.
    /// </summary>
    /// <value>The default is null: never.</value>
    public TimeSpan? PurgeAfter { get; set; }

    /// <summary>
    /// Whether an observation of an archived run brings the run back; else it is set aside as rejected.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Reopen { get; set; }

    /// <summary>What is wrong with the options, each in words; empty where nothing is.</summary>
    internal IEnumerable<string> Faults()
    {
        if (PurgeAfter < RetentionOptions.Shortest || PurgeAfter > RetentionOptions.Longest)
            yield return $"Archive:PurgeAfter is {PurgeAfter}: give 1 second to a hundred years, or leave "
                + "it out for never.";
        if (Directory is { } directory && (string.IsNullOrWhiteSpace(directory) || directory.Contains('\0')))
            yield return "Archive:Directory is blank: give a folder, or leave it out for no files.";
    }
}
