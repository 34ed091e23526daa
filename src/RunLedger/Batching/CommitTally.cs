using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Telemetry;

namespace RunLedger.Batching;

/// <summary>What a batch will have done once it is committed; a batch that is taken again begins a new one.</summary>
sealed class CommitTally(LedgerMeter meter)
{
    readonly Dictionary<(int Contract, Outcome Outcome), int> _observations = [];
    readonly List<Flag> _raised = [];
    readonly List<Flag> _recovered = [];
    int _ends;
    int _identities;

    /// <param name="contract">By <see cref="LedgerMeter.At(string?)"/>.</param>
    /// <param name="outcome">What became of an observation.</param>
    public void Observed(int contract, Outcome outcome) =>
        _observations[(contract, outcome)] = _observations.GetValueOrDefault((contract, outcome)) + 1;

    /// <summary>A row before and after a message.</summary>
    public void Changed(LedgerEntry? before, LedgerEntry? after)
    {
        if (after is null)
            return;
        _ends += Grown(before?.Fold.Endings.Members.Length ?? 0, after.Fold.Endings.Members.Length);
        _identities += Math.Max(
            0, Disagreements.Identities(after.Fold) - (before is null ? 0 : Disagreements.Identities(before.Fold)));
        if (ReferenceEquals(before?.Deadlines?.Flags, after.Deadlines?.Flags))
            return;
        foreach (var flag in after.Deadlines?.Flags ?? [])
        {
            var known = before?.Deadlines?.Flags.FirstOrDefault(
                one => (one.Kind, one.Limit, one.FlaggedAt) == (flag.Kind, flag.Limit, flag.FlaggedAt));
            if (known is null)
                _raised.Add(flag);
            if (!flag.IsOpen && known is null or { IsOpen: true })
                _recovered.Add(flag);
        }
    }

    /// <summary>Tells all of it.</summary>
    public void Tell()
    {
        foreach (var ((contract, outcome), count) in _observations)
            meter.Observed(contract, outcome, count);
        meter.Conflicting(_ends, _identities);
        _raised.ForEach(meter.Raised);
        _recovered.ForEach(meter.Recovered);
    }

    // The first of a set is what counts; the others disagree with it.
    static int Grown(int before, int after) => Math.Max(0, after - Math.Max(1, before));
}
