namespace RunLedger.Schema;

/// <summary>What the database has of the ledger. Reading it needs no right but to read.</summary>
/// <param name="Schema">Where the ledger's tables are, or would be: the first schema of the search path.</param>
/// <param name="MissingTables">The ledger's tables that are not there.</param>
/// <param name="Journal">The scripts that were applied, by the journal; null where there is no journal.</param>
sealed record SchemaState(string Schema, IReadOnlyList<string> MissingTables, IReadOnlyList<string>? Journal)
{
    public const string ApplyCommand = "dotnet run --project src/RunLedger.Service -- schema apply";

    /// <summary>The scripts that the journal does not name.</summary>
    public IReadOnlyList<SchemaScript> Pending { get; } =
        [.. SchemaScript.Forward.Where(script => Journal?.Contains(script.Name) is not true)];

    /// <summary>
    /// The scripts that <c>schema apply</c> runs. They add only what is not there, so when a table has gone missing
    /// behind the journal's back they all run again, and applying is always the right answer to a missing table.
    /// </summary>
    public IReadOnlyList<SchemaScript> ToApply => MissingTables.Count == 0 ? Pending : SchemaScript.Forward;

    /// <summary>Tables made by hand, without a journal, are as good as journalled ones.</summary>
    public bool Ready => MissingTables.Count == 0 && (Journal is null || Pending.Count == 0);

    /// <summary>What is wrong and the command that mends it, on one line; null when nothing is.</summary>
    public string? Advice => this switch
    {
        { Ready: true } => null,
        { MissingTables.Count: > 0 } =>
            $"Tables of the ledger are missing in schema {Schema}: {string.Join(", ", MissingTables)}. " +
            $"Run: {ApplyCommand}",
        _ => $"Scripts of the ledger were not applied: {string.Join(", ", Pending.Select(script => script.Name))}. " +
             $"Run: {ApplyCommand}",
    };
}
