using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Intake;

/// <summary>What one request of the intake may ask for. Every default can stay as it is.</summary>
sealed class IntakeOptions
{
    /// <summary>The configuration section, <c>Intake</c>.</summary>
    public const string Section = "Intake";

    /// <summary>The most observations one request may have; with more it is answered 413.</summary>
    /// <value>
    /// The default is 10,000: the slowest ledger, embedded on a small machine, commits them well within
    /// <see cref="Patience"/>, and what is said of each that is rejected makes an answer of a megabyte or two.
    /// </value>
    [Range(1, 1_000_000)]
    public int MaxObservations { get; set; } = 10_000;

    /// <summary>How many requests a second each key or user may send; with more it is answered 429.</summary>
    /// <value>The default is 1,000: one sender leaves the others room. Without keys there is no such limit.</value>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 1_000;

    /// <summary>How long a sender is kept waiting for durability before it is told to try again.</summary>
    /// <value>
    /// The default is 30 seconds: longer than a broker or a database takes to restart, shorter than the 100 seconds
    /// after which HttpClient, or the 60 after which most proxies, give up without having learned anything.
    /// </value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);
}
