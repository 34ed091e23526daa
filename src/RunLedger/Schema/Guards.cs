using Npgsql;

namespace RunLedger.Schema;

/// <summary>The tables that a rehearsal must leave alone: found by the names a person types, and counted.</summary>
static class Guards
{
    public static async Task<List<(uint Oid, string Name)>> Resolve(
        NpgsqlConnection connection, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var guards = new List<(uint Oid, string Name)>();
        foreach (var name in names)
        {
            // As SQL reads it, else letter by letter: a shell eats the quotes that Orders would need.
            var guard = await Find(connection, name, cancellationToken)
                ?? await Find(connection, Quoted(name), cancellationToken)
                ?? throw new SchemaException(
                    $"There is no table {name} to guard (schema.table, if it is not on the search path).");
            if (SchemaScript.Tables.Contains(guard.Name[(guard.Name.IndexOf('.', StringComparison.Ordinal) + 1)..]))
                throw new SchemaException(
                    $"{guard.Name} is a table of the ledger: the rehearsal writes to it, it cannot be guarded.");
            guards.Add(guard);
        }
        return guards;
    }

    public static async Task<List<GuardReading>> Read(
        NpgsqlConnection connection, List<(uint Oid, string Name)> guards, CancellationToken cancellationToken)
    {
        var readings = new List<GuardReading>();
        foreach (var (oid, name) in guards)
        {
            await using var command = new NpgsqlCommand($"""
                select (select count(*) from {name}),
                       coalesce((select n_tup_ins + n_tup_upd + n_tup_del
                                 from pg_stat_xact_all_tables where relid = $1), 0)
                """, connection) { CommandTimeout = 0 };
            command.Parameters.Add(new() { Value = oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
            readings.AddRange(await command.List(
                row => new GuardReading(row.GetInt64(0), row.GetInt64(1)), cancellationToken));
        }
        return readings;
    }

    static async Task<(uint Oid, string Name)?> Find(
        NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            select c.oid, format('%I.%I', n.nspname, c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.oid = to_regclass($1) and c.relkind in ('r', 'p', 'v', 'm', 'f')
            """, connection);
        command.Parameters.AddWithValue(name);
        try
        {
            var found = await command.List(row => (row.GetFieldValue<uint>(0), row.GetString(1)), cancellationToken);
            return found.Count == 0 ? null : found[0];
        }
        catch (PostgresException e) when (e.SqlState is not PostgresErrorCodes.InsufficientPrivilege)
        {
            // Not a name at all, as SQL reads it.
            return null;
        }
    }

    static string Quoted(string name)
    {
        using var quoting = new NpgsqlCommandBuilder();
        return string.Join('.', name.Split('.').Select(quoting.QuoteIdentifier));
    }
}
