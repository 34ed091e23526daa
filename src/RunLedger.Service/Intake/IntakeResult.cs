using System.Text.Json.Serialization;

namespace RunLedger.Service.Intake;

/// <summary>The answer of the intake: what is durable now, and what was rejected.</summary>
/// <param name="Accepted">How many observations are durable.</param>
/// <param name="Ignored">The lines that are fine and say nothing of a run.</param>
/// <param name="Rejected">The lines that could not be taken, and why.</param>
sealed record IntakeResult(int Accepted, IReadOnlyList<IntakeRemark> Ignored, IReadOnlyList<IntakeRemark> Rejected)
{
    /// <summary>
    /// What of the accepted lines is not kept, or not as it came; absent where all of them are as they came.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IntakeRemark>? Dropped { get; init; }
}
