using System.ComponentModel.DataAnnotations;
using RunLedger.Folding;

namespace RunLedger.Retention;

/// <summary>How long the runs of some candidates stay in the ledger's tables.</summary>
public sealed class RetentionPolicy
{
    /// <summary>The statuses in which a run is over, or given up; others stay for ever.</summary>
    internal static readonly IReadOnlyList<string> Statuses = RunStatusText.TextsOf(status => status.IsRetained);

    /// <summary>
    /// Which candidates: their code, with <c>*</c> for any characters and <c>?</c> for one; case counts.
    /// </summary>
    /// <value>The default is <c>*</c>, all.</value>
    [Required, StringLength(512, MinimumLength = 1)]
    public string Candidate { get; set; } = "*";

    /// <summary>
    /// How long by status: <c>completed</c>, <c>cancelled</c>, <c>failed</c>, <c>stuck</c>, <c>orphan</c>; 1 second to
    /// a hundred years. It counts from the moment, by the ledger's clock, at which the end was committed or the run was
    /// flagged. What a policy leaves out is as in <see cref="RetentionOptions.Default"/>.
    /// </summary>
    public IDictionary<string, TimeSpan> Periods { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
}
