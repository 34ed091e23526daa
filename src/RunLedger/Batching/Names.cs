namespace RunLedger.Batching;

/// <summary>What the units of a batch name: the rows to load and lock. Distinct, ids in order.</summary>
sealed record Names(Guid[] Runs, string[] RunKeys, Guid[] Components, string[] ComponentKeys)
{
    public static Names Of(IEnumerable<Unit> units)
    {
        SortedSet<Guid> runs = [], components = [];
        HashSet<string> runKeys = [], componentKeys = [];
        foreach (var unit in units)
        {
            if (unit.Rejected is not null)
                continue;
            runs.Add(unit.RunId);
            if (unit.RunKey is not null)
                runKeys.Add(unit.RunKey);
            if (unit.ComponentId is { } component)
                components.Add(component);
            if (unit.ComponentKey is not null)
                componentKeys.Add(unit.ComponentKey);
        }

        return new Names([.. runs], [.. runKeys], [.. components], [.. componentKeys]);
    }
}
