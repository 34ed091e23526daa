namespace RunLedger.Folding;

/// <summary>What the two kinds of row share when they are made from an observation or into a row.</summary>
static class FoldColumns
{
    public static Register[] Registers(Rank rank, params ReadOnlySpan<(RegisterColumn Column, string? Value)> carried)
    {
        Register[]? registers = null;
        foreach (var (column, value) in carried)
        {
            if (value is null)
                continue;
            registers ??= new Register[Fold.NoRegisters.Length];
            registers[(int)column] = new Register(value, rank);
        }

        return registers ?? Fold.NoRegisters;
    }

    /// <param name="attempt">At the run; of a component always 1.</param>
    public static Proof[] Evidence(Observation observation, int attempt = 1)
    {
        if (observation.Evidence is null)
            return Fold.NoEvidence;
        var evidence = new Proof[Fold.NoEvidence.Length];
        evidence[(int)observation.Contract] = new Proof(observation.Evidence, observation.Key, attempt);
        return evidence;
    }

    public static Guid? Id(Fold fold, RegisterColumn column) =>
        fold.Registers[(int)column].Value is { } value ? Guid.Parse(value) : null;

    public static DateTime? Time(long? micros) => micros is { } at ? LedgerTime.Time(at) : null;
}
