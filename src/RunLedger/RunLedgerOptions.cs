using System.ComponentModel.DataAnnotations;
using RunLedger.Deadlines;
using RunLedger.Expectations;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage;
using RunLedger.Unlike;

namespace RunLedger;

/// <summary>How the ledger takes messages and writes rows. Every default can stay as it is.</summary>
public sealed class RunLedgerOptions
{
    /// <summary>The configuration section, <c>RunLedger</c>.</summary>
    public const string Section = "RunLedger";

    /// <summary>The name of the queue and of MassTransit's endpoint.</summary>
    /// <value>The default is <c>run-ledger</c>; errors go to the same name with <c>_error</c>.</value>
    [Required, RegularExpression("^[A-Za-z0-9._:-]{1,200}$")]
    public string QueueName { get; set; } = "run-ledger";

    /// <summary>
    /// Whether the queue is bound to the exchanges of the observations' contracts, and so gets all of them.
    /// </summary>
    /// <value>
    /// The default is true. False for one of several ledgers between which something else, such as a consistent-hash
    /// exchange, divides the runs; several observations in one message are then of no one ledger and not published.
    /// </value>
    public bool BindContracts { get; set; } = true;

    /// <summary>Where what fails goes.</summary>
    internal string ErrorQueue => $"{QueueName}_error";

    /// <summary>Where the broker keeps what was delivered from the error queue too often; nobody consumes it.</summary>
    internal string DeadQueue => $"{QueueName}_dead";

    /// <summary>Those of its queues that an earlier version declared, without a limit of deliveries.</summary>
    internal IReadOnlyCollection<string> UnlimitedQueues { get; set; } = [];

    /// <summary>Where the ledger tells itself to sweep.</summary>
    internal string ControlQueue => $"{QueueName}-control";

    /// <summary>Where others send what is to be scheduled.</summary>
    internal string SchedulerQueue => $"{QueueName}-scheduler";

    /// <summary>Messages the broker may have under way to this process at once, whatever they weigh.</summary>
    /// <value>
    /// The default is 1,000: what one commit takes and what fills meanwhile. More costs memory where messages are
    /// large: each holds its payload, some hold copies. Below 120, with <see cref="SmallPrefetchCount"/> below it too,
    /// <see cref="RunLedgerRegistration.SurviveFailedWrites"/> is not needed.
    /// </value>
    [Range(1, 60_000)]
    public int PrefetchCount { get; set; } = 1_000;

    /// <summary>
    /// Messages the broker may have under way at once while they are small: below 8 KB on average of the last 256, and
    /// until they are above 16 KB. For that a second consumer of the queue begins.
    /// </summary>
    /// <value>
    /// The default is 3,000; nothing more is taken where it is not above <see cref="PrefetchCount"/>.
    /// </value>
    [Range(1, 60_000)]
    public int SmallPrefetchCount { get; set; } = 3_000;

    /// <summary>The most observations one commit takes, however many came in one message.</summary>
    /// <value>The default is 2,000; a batch never waits to become full.</value>
    [Range(1, 10_000)]
    public int MaxBatchSize { get; set; } = 2_000;

    /// <summary>
    /// Whether each observation that comes from a broker goes through MassTransit's pipeline and the state machine,
    /// so that its meters, observers and filters see it. What this changes is the speed, never a row.
    /// </summary>
    /// <value>The default is false: what needs neither goes straight to the commit.</value>
    public bool ThroughPipeline { get; set; }

    /// <summary>The most bytes an observation's evidence may have as JSON in UTF-8.</summary>
    /// <value>The default is 256 KB; of a larger one the observation is taken without it.</value>
    [Range(0, 64 * 1024 * 1024)]
    public int MaxEvidenceBytes { get; set; } = 256 * 1024;

    /// <summary>When runs count as stuck, and rows as orphans.</summary>
    public DeadlineOptions Deadlines { get; } = new();

    /// <summary>How slots of expected runs are judged.</summary>
    public ExpectedOptions Expected { get; } = new();

    /// <summary>When runs count as unlike those before them.</summary>
    public UnlikeOptions Unlike { get; } = new();

    /// <summary>When runs that are over leave the ledger's tables.</summary>
    public RetentionOptions Retention { get; } = new();

    /// <summary>What becomes of runs that leave; <c>serve</c> reads it from the section <c>Archive</c>.</summary>
    public ArchiveOptions Archive { get; } = new();

    /// <summary>Whether commits are sealed.</summary>
    public SealingOptions Sealing { get; } = new();

    /// <summary>The PostgreSQL database, as an Npgsql connection string.</summary>
    /// <value>The default is null: the ledger is the SQLite file <see cref="SqliteFile"/>.</value>
    public string? Postgres { get; set; }

    /// <summary>Where the ledger lives: the one place that decides.</summary>
    internal StorageProvider Provider => Postgres is null ? StorageProvider.Sqlite : StorageProvider.Postgres;

    /// <summary>
    /// The file of the embedded ledger, made on first use; not used where <see cref="Postgres"/> is set.
    /// </summary>
    /// <value>The default is <c>run-ledger.db</c> in the working directory.</value>
    [Required]
    public string SqliteFile { get; set; } = "run-ledger.db";

    /// <summary>How often due messages are looked for that no commit of this process announced.</summary>
    /// <value>The default is one second; what another process stores goes out after at most so long.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan SchedulePoll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most due messages that are sent at once, and deleted in one transaction.</summary>
    /// <value>The default is 500.</value>
    [Range(1, 10_000)]
    public int ScheduleSlice { get; set; } = 500;
}
