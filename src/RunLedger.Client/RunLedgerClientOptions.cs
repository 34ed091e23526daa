using System.ComponentModel.DataAnnotations;
using RunLedger.Contracts;

namespace RunLedger.Client;

/// <summary>
/// How runs are reported. Every default can stay as it is; a service that must not lose reports names a spool.
/// </summary>
public sealed class RunLedgerClientOptions
{
    /// <summary>The configuration section, <c>RunLedgerClient</c>.</summary>
    public const string Section = "RunLedgerClient";

    /// <summary>The ledger's address, for example <c>http://127.0.0.1:5080</c>: observations go over HTTP.</summary>
    /// <value>The default is null: they are published on the MassTransit bus of the container.</value>
    public Uri? LedgerUrl { get; set; }

    /// <summary>
    /// Whether observations that wait together are published in one message, <see cref="RunObservations"/>, where the
    /// bus is a broker's. Set it to false where others than the ledger subscribe to single contracts, such as
    /// <see cref="RunFailed"/>: what is published together does not reach them.
    /// </summary>
    /// <value>The default is true.</value>
    public bool PublishTogether { get; set; } = true;

    /// <summary>Which kind of system this is: one of <see cref="SourceSystems"/>.</summary>
    /// <value>The default is <see cref="SourceSystems.DotRuntime"/>.</value>
    [Required]
    public string SourceSystem { get; set; } = SourceSystems.DotRuntime;

    /// <summary>How often an open run says that it is alive.</summary>
    /// <value>The default is one minute; null for never.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan? HeartbeatEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many observations wait in memory at most; when more come the oldest is dropped and counted.
    /// </summary>
    /// <value>The default is 10,000, some 5 MB.</value>
    [Range(1, 1_000_000)]
    public int BufferSize { get; set; } = 10_000;

    /// <summary>How long the broker or the ledger may take for a batch before it counts as away.</summary>
    /// <value>The default is 10 seconds. A batch whose fate is unknown is sent again, which changes no row.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a host that stops waits until what was reported is sent or spooled.</summary>
    /// <value>The default is 5 seconds; a host gives all its services 30 by default.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan FlushLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where observations wait while the broker or the ledger is away, also when this process ends or dies meanwhile.
    /// Several processes may share it: each writes its own files, and takes over those of a process that is gone. It
    /// must be on a file system that locks files, and only trusted users should be able to write there.
    /// </summary>
    /// <value>The default is null: they wait in memory alone. It is made when missing.</value>
    public string? SpoolDirectory { get; set; }

    /// <summary>
    /// The most bytes this process keeps in the spool; when more come the oldest are dropped and counted.
    /// </summary>
    /// <value>The default is 256 MB, about 700,000 observations.</value>
    [Range(64L * 1024, 1024L * 1024 * 1024 * 1024)]
    public long MaxSpoolBytes { get; set; } = 256L * 1024 * 1024;
}
