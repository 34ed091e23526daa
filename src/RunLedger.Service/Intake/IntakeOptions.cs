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

    /// <summary>
    /// The most bytes a body of OpenLineage events may have, unpacked; with more it is answered 413. Beyond 8 MB it is
    /// not held: of each event only what the ledger keeps is.
    /// </summary>
    /// <value>The default is 64 MB: plans of queries make some events tens of megabytes large.</value>
    [Range(IntakeLimits.MaxBodyBytes, int.MaxValue)]
    public int MaxLineageBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Whether the observations of a request are published in one message, as far as they are small. False where others
    /// than the ledger subscribe to single contracts: what is published together does not reach them.
    /// </summary>
    /// <value>The default is true; without a broker nothing is published.</value>
    public bool PublishTogether { get; set; } = true;

    /// <summary>
    /// Where OTLP over gRPC is taken, beside the service's own addresses, for example <c>http://127.0.0.1:4317</c>:
    /// without TLS it needs a port of its own, on which nothing but HTTP/2 is spoken.
    /// </summary>
    /// <value>The default is none; an address with TLS takes gRPC as it is.</value>
    public string? GrpcUrl { get; set; }

    /// <summary>How many requests a second each key or user may send; with more it is answered 429.</summary>
    /// <value>The default is 1,000: one sender leaves the others room. Without keys there is no such limit.</value>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 1_000;

    /// <summary>
    /// How many requests whose body has come are under way at once, half of them of one key or user; the next one is
    /// answered 429: it waits at its sender, not here.
    /// </summary>
    /// <value>The default is 64.</value>
    [Range(1, 10_000)]
    public int MaxRequests { get; set; } = 64;

    /// <summary>
    /// The bytes of all bodies in memory, half of them of one key or user; what comes when there is no room for it is
    /// answered 429.
    /// </summary>
    /// <value>The default is 64 MB; half of the least, which is 32 MB, has room for a body of the largest size.</value>
    [Range(32 * 1024 * 1024, int.MaxValue)]
    public int MaxBufferedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long a body may take to come before its request is answered 408.</summary>
    /// <value>The default is one minute, in which a line of 1.5 Mbit/s carries a body of the largest size.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BodyTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a sender is kept waiting for durability before it is told to try again.</summary>
    /// <value>
    /// The default is 30 seconds: longer than a broker or a database takes to restart, shorter than the 100 seconds
    /// after which HttpClient, or the 60 after which most proxies, give up without having learned anything.
    /// </value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);
}
