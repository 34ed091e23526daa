using Npgsql;

namespace RunLedger.Schema;

/// <summary>
/// Compares the live tables with the scripts. The scripts run in a schema of their own that is never committed, and
/// the two catalogs are compared, so that there is no second description of the tables to keep in step.
/// </summary>
static class SchemaVerification
{
    public static async Task<IReadOnlyList<SchemaDifference>> Run(
        string connectionString, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        var schema = await connection.CurrentSchema(cancellationToken);
        // Never committed.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        var scratch = $"run_ledger_promise_{Guid.CreateVersion7():N}";
        await connection.Execute($"create schema {scratch}", cancellationToken);
        await connection.EnterSchema(scratch, cancellationToken);
        foreach (var script in SchemaScript.Forward) await connection.Execute(script.Sql, cancellationToken);

        var promised = await SchemaCatalog.Read(connection, scratch, null, cancellationToken);
        var tables = promised.Select(fact => fact.Table).Distinct();
        var found = await SchemaCatalog.Read(connection, schema, tables, cancellationToken);
        return [.. Compare(promised, found)];
    }

    static IEnumerable<SchemaDifference> Compare(List<CatalogFact> promised, List<CatalogFact> found)
    {
        var live = found.ToDictionary(Key);
        foreach (var fact in promised)
        {
            live.Remove(Key(fact), out var actual);
            // Of a table that is not there, nothing more needs to be said.
            var told = actual is null && fact.Kind != "table" && !found.Exists(other => other.Table == fact.Table);
            if (actual?.Definition != fact.Definition && !told)
                yield return new(fact.Table, fact.Kind, fact.Name, fact.Definition, actual?.Definition, Failure: true);
        }
        foreach (var extra in found.Where(fact => live.ContainsKey(Key(fact))))
            yield return new(extra.Table, extra.Kind, extra.Name, null, extra.Definition, !extra.Harmless);
    }

    static (string, string, string) Key(CatalogFact fact) => (fact.Table, fact.Kind, fact.Name);
}
