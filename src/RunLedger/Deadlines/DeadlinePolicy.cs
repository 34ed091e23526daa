using System.ComponentModel.DataAnnotations;

namespace RunLedger.Deadlines;

/// <summary>The limits of the runs of some candidates. A limit that is left out does not exist for them.</summary>
public sealed class DeadlinePolicy
{
    /// <summary>
    /// Which candidates: their code, with <c>*</c> for any characters and <c>?</c> for one; case counts.
    /// </summary>
    /// <value>The default is <c>*</c>, all.</value>
    [Required, StringLength(512, MinimumLength = 1)]
    public string Candidate { get; set; } = "*";

    /// <summary>How long a run may be observed without having started.</summary>
    public TimeSpan? Start { get; set; }

    /// <summary>How long a run may take from its start, or from its recovery, to its end.</summary>
    public TimeSpan? Run { get; set; }

    /// <summary>How long a run that has not ended may say nothing.</summary>
    public TimeSpan? Quiet { get; set; }

    /// <summary>How long a row may be without its counterpart before it is an orphan.</summary>
    public TimeSpan? OrphanGrace { get; set; }
}
