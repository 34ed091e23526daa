namespace RunLedger.Batching;

/// <summary>What the messages of a batch name: the rows to load and lock. Distinct, ids in order.</summary>
sealed record BatchKeys(Guid[] Runs, string[] RunKeys, Guid[] Components, string[] ComponentKeys)
{
    public static BatchKeys Of(IEnumerable<PendingMessage> messages)
    {
        HashSet<Guid> runs = [], components = [];
        HashSet<string> runKeys = [], componentKeys = [];
        foreach (var message in messages)
        {
            if (message.Rejected is not null)
                continue;
            runs.Add(message.RunId);
            if (message.RunKey is not null)
                runKeys.Add(message.RunKey);
            if (message.ComponentId is { } component)
                components.Add(component);
            if (message.ComponentKey is not null)
                componentKeys.Add(message.ComponentKey);
        }

        return new BatchKeys([.. runs.Order()], [.. runKeys], [.. components.Order()], [.. componentKeys]);
    }
}
