using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Web;

/// <summary>
/// How much those who read may have at once, so that the service holds no more than it has memory for. Of what is
/// counted in this process, one key or user has at most half. Every default can stay as it is.
/// </summary>
sealed class ReadingOptions
{
    /// <summary>The configuration section, <c>Reading</c>.</summary>
    public const string Section = "Reading";

    /// <summary>The most bytes of evidence that an item of a list has; larger evidence is left out there.</summary>
    /// <value>The default is 4 KB: 500 items have 2 MB of it.</value>
    [Range(0, 1024 * 1024)]
    public int ListedEvidenceBytes { get; set; } = 4 * 1024;

    /// <summary>
    /// The bytes of its items' texts after which a page of a list ends, before it has as many as were asked for.
    /// </summary>
    /// <value>
    /// The default is 2 MB: 500 usual items have a tenth of that. A page has at least one item, however long.
    /// </value>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int PageBytes { get; set; } = 2 * 1024 * 1024;

    /// <summary>How many lists and pages are made at once; the next ones wait for their turn.</summary>
    /// <value>
    /// The default is 4: more at once than there are processors is no faster, and takes them from the intake.
    /// </value>
    [Range(1, 10_000)]
    public int MaxReads { get; set; } = 4;

    /// <summary>How many wait for their turn; the next one is answered 429.</summary>
    /// <value>The default is 1,000: as many as ask when all who listen hear of a change.</value>
    [Range(0, 1_000_000)]
    public int MaxWaiting { get; set; } = 1_000;

    /// <summary>How many exports are under way at once; the next one is answered 429.</summary>
    /// <value>The default is 8.</value>
    [Range(1, 1_000)]
    public int MaxExports { get; set; } = 8;

    /// <summary>How many dossiers are made at once; the next ones wait for their turn.</summary>
    /// <value>The default is 2: each reads every run of its candidate, and holds 16 bytes of each meanwhile.</value>
    [Range(1, 100)]
    public int MaxDossiers { get; set; } = 2;

    /// <summary>How many listen to <c>/api/live</c> at once; the next one is answered 429.</summary>
    /// <value>The default is 400: each holds a connection and little else.</value>
    [Range(1, 100_000)]
    public int MaxListeners { get; set; } = 400;

    /// <summary>How long whoever reads may take nothing of an answer before it is cut off.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromSeconds(30);
}
