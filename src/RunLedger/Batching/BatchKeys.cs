namespace RunLedger.Batching;

/// <summary>What the units of a batch name: the rows to load and lock. Distinct, ids in order.</summary>
sealed record BatchKeys(Guid[] Runs, string[] RunKeys, Guid[] Components, string[] ComponentKeys)
{
    public static BatchKeys Of(IEnumerable<PendingMessage> units)
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

        return new BatchKeys([.. runs], [.. runKeys], [.. components], [.. componentKeys]);
    }
}
