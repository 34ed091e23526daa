using RunLedger.Service.Channels;

namespace RunLedger.Service.Incidents;

/// <summary>That something is so of a candidate.</summary>
/// <param name="Candidate">Whose; empty where it is about the ledger.</param>
/// <param name="Said">In words.</param>
/// <param name="Groups">What it is made of, where that is known.</param>
/// <param name="RunId">An example.</param>
/// <param name="Lasted">For how long, where a rule may ask that.</param>
sealed record Finding(
    string Candidate,
    string Said,
    IReadOnlyList<MessageGroup> Groups,
    Guid? RunId = null,
    TimeSpan? Lasted = null);
