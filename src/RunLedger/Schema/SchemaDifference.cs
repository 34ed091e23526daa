namespace RunLedger.Schema;

/// <summary>One thing in which the live database is not what the scripts promise.</summary>
/// <param name="Promised">Null for what nobody promised.</param>
/// <param name="Found">Null for what is missing.</param>
/// <param name="Failure">False for a note: something extra that the ledger does not mind.</param>
sealed record SchemaDifference(string Table, string Kind, string Name, string? Promised, string? Found, bool Failure)
{
    /// <summary>One line: what it is, what was promised, what is there.</summary>
    public string Text => (Promised, Found) switch
    {
        (_, null) when Kind == "table" => $"table {Name} is missing",
        ({ } promised, null) => $"{Kind} {Name} on {Table} is missing: {promised}",
        (null, { } found) => $"{Kind} {Name} on {Table} is not of the ledger: {found}",
        var (promised, found) => $"{Kind} {Name} on {Table} differs: {found}, promised {promised}",
    };
}
