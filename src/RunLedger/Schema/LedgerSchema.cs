using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;
using DbUp.Support;
using Npgsql;

namespace RunLedger.Schema;

/// <summary>The ledger's tables in one PostgreSQL database: what is there, and the two ways to change it.</summary>
sealed class LedgerSchema(string connectionString)
{
    public const string JournalTable = "run_ledger_schema_journal";

    public async Task<SchemaState> State(CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        var schema = await connection.CurrentSchema(cancellationToken);
        var tables = await Existing(connection, schema, [.. SchemaScript.Tables, JournalTable], cancellationToken);
        return new(
            schema,
            [.. SchemaScript.Tables.Except(tables)],
            tables.Contains(JournalTable) ? await Journal(connection, schema, cancellationToken) : null);
    }

    /// <summary>Runs what is to be applied, in one transaction; returns the scripts' names.</summary>
    public async Task<IReadOnlyList<string>> Apply(CancellationToken cancellationToken = default)
    {
        await using var held = await SchemaLock.Take(connectionString, cancellationToken);
        var state = await State(cancellationToken);
        // Those that the journal names already are not entered again.
        var again = new SqlScriptOptions { ScriptType = ScriptType.RunAlways };

        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        var result = DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(dataSource))
            .WithScripts(state.ToApply.Select(script => state.Pending.Contains(script)
                ? new SqlScript(script.Name, script.Sql)
                : new SqlScript(script.Name, script.Sql, again)))
            .JournalToPostgresqlTable(state.Schema, JournalTable)
            .WithVariablesDisabled()
            .WithTransaction()
            .WithExecutionTimeout(TimeSpan.Zero)
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (result.Error is { } error)
        {
            var reason = (error as PostgresException)?.MessageText ?? error.Message;
            throw new SchemaException($"{result.ErrorScript?.Name ?? JournalTable}: {reason}", error);
        }
        return [.. result.Scripts.Select(script => script.Name)];
    }

    /// <summary>
    /// Drops all that the scripts made, and the journal, in one transaction; returns the rollback scripts that ran.
    /// Without <paramref name="dropData"/> it refuses while a single row is in any of the tables.
    /// </summary>
    public async Task<IReadOnlyList<string>> Rollback(bool dropData, CancellationToken cancellationToken = default)
    {
        await using var held = await SchemaLock.Take(connectionString, cancellationToken);
        var state = await State(cancellationToken);
        var unknown = state.Journal?.Except(SchemaScript.Forward.Select(script => script.Name)).ToList();
        if (unknown is { Count: > 0 })
            throw new SchemaException(
                $"The journal names scripts that this version does not have: {string.Join(", ", unknown)}. " +
                "Roll back with the version that applied them.");
        var tables = SchemaScript.Tables.Except(state.MissingTables).ToList();
        if (tables.Count == 0 && state.Journal is null) return [];

        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.EnterSchema(state.Schema, cancellationToken);
        // Locked before they are counted, so that no row slips in between the count and the drop.
        if (tables.Count > 0)
            await connection.Execute($"lock table {string.Join(", ", tables)}", cancellationToken);
        if (!dropData) await RefuseRows(connection, tables, cancellationToken);
        foreach (var script in SchemaScript.Rollback) await connection.Execute(script.Sql, cancellationToken);
        await connection.Execute($"drop table if exists {JournalTable}", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. SchemaScript.Rollback.Select(script => script.Name)];
    }

    static async Task RefuseRows(NpgsqlConnection connection, List<string> tables, CancellationToken cancellationToken)
    {
        var filled = new List<string>();
        foreach (var table in tables)
        {
            await using var command = new NpgsqlCommand($"select count(*) from {table}", connection)
            {
                CommandTimeout = 0,
            };
            if (await command.ExecuteScalarAsync(cancellationToken) is long rows and > 0)
                filled.Add($"{table} ({rows} {(rows == 1 ? "row" : "rows")})");
        }
        if (filled.Count > 0)
            throw new SchemaException(
                $"Nothing was rolled back, there are rows in {string.Join(", ", filled)}. " +
                "To lose them: schema rollback --drop-data");
    }

    static async Task<List<string>> Existing(
        NpgsqlConnection connection, string schema, string[] tables, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            select c.relname::text
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relname = any ($2) and c.relkind in ('r', 'p')
            """, connection);
        command.Parameters.AddWithValue(schema);
        command.Parameters.AddWithValue(tables);
        return await command.List(row => row.GetString(0), cancellationToken);
    }

    static async Task<IReadOnlyList<string>> Journal(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        using var quoting = new NpgsqlCommandBuilder();
        await using var command = new NpgsqlCommand(
            $"select scriptname::text from {quoting.QuoteIdentifier(schema)}.{JournalTable} order by 1", connection);
        return await command.List(row => row.GetString(0), cancellationToken);
    }
}
