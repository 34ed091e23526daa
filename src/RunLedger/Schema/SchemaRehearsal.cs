using System.Data;
using Npgsql;

namespace RunLedger.Schema;

/// <summary>
/// Applies the schema and writes a run to it in one transaction that rolls back: the proof, on the user's own database,
/// that the ledger touches nothing but its own tables.
/// </summary>
static class SchemaRehearsal
{
    public static async Task<RehearsalReport> Run(
        string connectionString, IEnumerable<string> guards, CancellationToken cancellationToken = default)
    {
        await using var held = await SchemaLock.Take(connectionString, cancellationToken);
        var state = await new LedgerSchema(connectionString).State(cancellationToken);
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        var guarded = await Guards.Resolve(connection, guards, cancellationToken);
        var run = Guid.CreateVersion7();
        string? failure = null;
        List<string> triggers;
        List<CatalogFact> earlier;
        List<GuardReading> before, after;

        // One snapshot for the whole transaction: what the others write to a guarded table meanwhile is not counted.
        await using (var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken))
        {
            // A rehearsal gives up before it makes a working ledger wait.
            await connection.Execute("set local lock_timeout = '5s'", cancellationToken);
            earlier = await SchemaCatalog.Read(connection, state.Schema, SchemaScript.Tables, cancellationToken);
            before = await Guards.Read(connection, guarded, cancellationToken);

            // A failure must not end the transaction: the guards and triggers are still to be looked at.
            await transaction.SaveAsync("scripts", cancellationToken);
            try
            {
                foreach (var script in state.ToApply) await connection.Execute(script.Sql, cancellationToken);
                await transaction.SaveAsync("scripts", cancellationToken);
                failure = await WriteRun(connection, run, cancellationToken);
            }
            catch (PostgresException e)
            {
                await transaction.RollbackAsync("scripts", cancellationToken);
                failure = e.MessageText;
            }

            var facts = await SchemaCatalog.Read(connection, state.Schema, SchemaScript.Tables, cancellationToken);
            triggers = [.. facts.Where(fact => fact.Kind is "trigger" or "rule").Select(fact => fact.Definition)];
            after = await Guards.Read(connection, guarded, cancellationToken);
            await transaction.RollbackAsync(cancellationToken);
        }

        return new(
            [.. state.ToApply.Select(script => script.Name)],
            failure,
            triggers,
            [.. guarded.Select((guard, i) => new GuardCount(guard.Name, before[i], after[i]))],
            await Leftovers(connection, state, earlier, run, cancellationToken));
    }

    /// <summary>Writes a header row and a detail row and reads them back; returns what is wrong with them.</summary>
    static async Task<string?> WriteRun(NpgsqlConnection connection, Guid run, CancellationToken cancellationToken)
    {
        await using var write = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("""
                    insert into process_run_observation
                      (process_run_id, process_candidate_code, correlation_id, status, source_system)
                    values ($1, 'PROC-CAND:rehearsal', 'rehearsal', 'started', 'dry_run')
                    """) { Parameters = { new() { Value = run } } },
                new("""
                    insert into process_component_observation
                      (component_run_id, process_run_id, correlation_id,
                       dot_code, component_role, status, source_system)
                    values ($1, $1, 'rehearsal', 'rehearsal', 'step', 'step_started', 'dry_run')
                    """) { Parameters = { new() { Value = run } } },
                // What somebody deferred to the commit happens now: there will be no commit.
                new("set constraints all immediate"),
            },
        };
        await write.ExecuteNonQueryAsync(cancellationToken);

        await using var read = new NpgsqlCommand("""
            select count(*)
            from process_run_observation h join process_component_observation d using (process_run_id)
            where process_run_id = $1 and d.component_run_id = $1
              and (h.process_candidate_code, h.correlation_id, h.status, h.source_system)
                = ('PROC-CAND:rehearsal', 'rehearsal', 'started', 'dry_run')
              and (d.correlation_id, d.dot_code, d.component_role, d.status, d.source_system)
                = ('rehearsal', 'rehearsal', 'step', 'step_started', 'dry_run')
            """, connection);
        read.Parameters.AddWithValue(run);
        return await read.ExecuteScalarAsync(cancellationToken) is 1L
            ? null
            : "the test rows did not read back as written";
    }

    static async Task<IReadOnlyList<string>> Leftovers(
        NpgsqlConnection connection,
        SchemaState state,
        List<CatalogFact> earlier,
        Guid run,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = await SchemaCatalog.Read(connection, state.Schema, SchemaScript.Tables, cancellationToken);
        var leftovers = now.Except(earlier).Select(fact => $"{fact.Kind} {fact.Name} on {fact.Table}").ToList();
        if (now.Exists(fact => fact.Table == "process_run_observation"))
        {
            await using var command = new NpgsqlCommand(
                "select count(*) from process_run_observation where process_run_id = $1", connection);
            command.Parameters.AddWithValue(run);
            if (await command.ExecuteScalarAsync(cancellationToken) is not 0L) leftovers.Add($"the test row {run}");
        }
        return leftovers;
    }
}
