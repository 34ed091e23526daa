using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Query;

/// <summary>What one SQL statement may take. Every default can stay as it is.</summary>
sealed class QueryOptions
{
    /// <summary>The configuration section, <c>Query</c>.</summary>
    public const string Section = "Query";

    /// <summary>After how long a statement is cut off, its process with it.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The memory a statement may use, in MB; its process is ended at a quarter more and 192 MB.</summary>
    /// <value>The default is 256.</value>
    [Range(64, 64 * 1024)]
    public int MemoryMegabytes { get; set; } = 256;

    /// <summary>How many processors a statement may use, each less eagerly than the ledger itself.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 64)]
    public int Threads { get; set; } = 2;

    /// <summary>How many rows an answer has at most; it says when there were more.</summary>
    /// <value>The default is 10,000.</value>
    [Range(1, 1_000_000)]
    public int MaxRows { get; set; } = 10_000;

    /// <summary>How many bytes the rows of an answer have at most; it says when there were more.</summary>
    /// <value>The default is 8 MB.</value>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How many statements run at once; the next one is answered 429.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 64)]
    public int MaxAtOnce { get; set; } = 1;

    /// <summary>The most that a statement's process may have, in MB, before it is ended.</summary>
    internal int MostMegabytes => (MemoryMegabytes * 5 / 4) + QueryProcess.OwnMegabytes;
}
