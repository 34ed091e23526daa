using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Bridge;

/// <summary>
/// What the bridge follows in the PostgreSQL of <c>ConnectionStrings:Bridge</c>. Each source is a view, a table or a
/// whole query with the columns that <see cref="BridgeSource"/> names.
/// </summary>
sealed class BridgeOptions
{
    /// <summary>The configuration section, <c>Bridge</c>.</summary>
    public const string Section = "Bridge";

    /// <summary>The jobs of a queue, a row each, in the state they are in.</summary>
    /// <value>The default is null: they are not followed.</value>
    public string? JobQueue { get; set; }

    /// <summary>An outbox of events, a row each.</summary>
    /// <value>The default is null: it is not followed.</value>
    public string? EventOutbox { get; set; }

    /// <summary>How often new rows are looked for that no notification announced.</summary>
    /// <value>The default is one second.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The channel of <c>NOTIFY</c> that wakes the bridge at once; empty where it may not <c>LISTEN</c>.
    /// </summary>
    /// <value>The default is <c>run_ledger_bridge</c>.</value>
    [RegularExpression("^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
    public string Channel { get; set; } = "run_ledger_bridge";

    /// <summary>The most rows that are read at once, and for which the cursor moves.</summary>
    /// <value>The default is 500.</value>
    [Range(1, 5_000)]
    public int PageSize { get; set; } = 500;
}
