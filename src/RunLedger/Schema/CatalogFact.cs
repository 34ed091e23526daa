namespace RunLedger.Schema;

/// <summary>What the catalog says about one thing of a table: a column, a constraint, an index, a trigger, …</summary>
/// <param name="Harmless">
/// Whether writing the ledger is unaffected by it when nobody promised it: a column that may stay empty, an index that
/// rejects nothing.
/// </param>
sealed record CatalogFact(string Table, string Kind, string Name, string Definition, bool Harmless);
