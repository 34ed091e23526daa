using System.ComponentModel.DataAnnotations;
using RunLedger.Journal;

namespace RunLedger.Service.Journal;

/// <summary>Whether the broker keeps what is published, and how much of it. Every default can stay as it is.</summary>
sealed class JournalOptions
{
    /// <summary>The configuration section, <c>Journal</c>.</summary>
    public const string Section = "Journal";

    /// <summary>Whether the service makes the stream and binds it to the exchanges of the contracts.</summary>
    /// <value>The default is false. It needs a broker.</value>
    public bool Enabled { get; set; }

    /// <summary>
    /// How long what was published is kept at least; what is older goes with its segment, once that is full.
    /// </summary>
    /// <value>The default is 14 days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(14);

    /// <summary>The bytes that the stream has on each of its nodes at most, beside the segment it writes.</summary>
    /// <value>The default is 20 GB.</value>
    [Range(1_000_000L, 100_000_000_000_000L)]
    public long MaxBytes { get; set; } = 20_000_000_000;

    /// <summary>The bytes of a segment, the least that retention takes.</summary>
    /// <value>The default is 100 MB.</value>
    [Range(100_000L, 3_000_000_000L)]
    public long SegmentBytes { get; set; } = 100_000_000;

    /// <summary>As the stream is declared.</summary>
    internal JournalLimits Limits => new(MaxAge, MaxBytes, SegmentBytes);
}
