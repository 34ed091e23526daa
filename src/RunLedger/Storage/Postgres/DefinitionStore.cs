using Npgsql;
using RunLedger.Contracts;
using RunLedger.Definitions;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>Definitions in PostgreSQL.</summary>
sealed class DefinitionStore(NpgsqlDataSource database, CommitSeals? seals = null) : IDefinitionStore
{
    /// <summary>
    /// Shared by every batch, alone by a definition: a batch that began before the definition was committed has ended
    /// when <see cref="Define"/> returns, and so is seen by the back-fill.
    /// </summary>
    public const long Lock = 0x52756E4C64676572;

    public async Task<string> Define(ProcessDefined defined, CancellationToken cancellationToken)
    {
        try
        {
            await using var batch = database.CreateBatch();
            BatchWrite.Run(
                batch,
                $"select {TransactionLimits.SqlOf(TransactionLimits.Computing)}, pg_advisory_xact_lock({Lock})");
            BatchWrite.Run(
                batch,
                """
                insert into process_definition as d (process_candidate_code, process_definition_code, occurred_at)
                  values ($1, $2, $3)
                on conflict (process_candidate_code) do update
                set process_definition_code = excluded.process_definition_code, occurred_at = excluded.occurred_at
                where (excluded.occurred_at, excluded.process_definition_code) > (d.occurred_at,
                  d.process_definition_code)
                """,
                new NpgsqlParameter<string> { TypedValue = defined.ProcessCandidateCode },
                new NpgsqlParameter<string> { TypedValue = defined.ProcessDefinitionCode },
                new NpgsqlParameter<DateTime> { TypedValue = defined.OccurredAt.UtcDateTime });
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await using var read = database.CreateCommand(
                "select process_definition_code from process_definition where process_candidate_code = $1");
            read.Parameters.Add(new NpgsqlParameter<string> { TypedValue = defined.ProcessCandidateCode });
            return (string)(await read.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PostgresErrors.Of(e);
        }
    }

    public async Task<int> BackFill(string candidate, string definition, int limit, CancellationToken cancellationToken)
    {
        try
        {
            if (seals is not null)
                return await BackFillSealed(candidate, definition, limit, cancellationToken);
            await using var command = database.CreateCommand(
                """
                update process_run_observation set process_definition_code = $2 where process_run_id in (
                  select process_run_id from process_run_observation
                  where process_candidate_code = $1 and process_definition_code is distinct from $2
                  order by process_run_id limit $3 for no key update)
                """);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = candidate });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = definition });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PostgresErrors.Of(e);
        }
    }

    Task<int> BackFillSealed(string candidate, string definition, int limit, CancellationToken cancellationToken) =>
        database.InSealed(
            seals!,
            async (connection, leaves) =>
            {
                await using var select = new NpgsqlCommand(
                    $"""
                     select {LedgerTable.Runs.Names} from process_run_observation
                     where process_candidate_code = $1 and process_definition_code is distinct from $2
                     order by process_run_id limit $3 for no key update
                     """,
                    connection);
                select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = candidate });
                select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = definition });
                select.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
                var ids = new List<Guid>();
                await using (var reader = await select.ExecuteReaderAsync(cancellationToken))
                {
                    var stored = new PostgresRow(reader);
                    while (await reader.ReadAsync(cancellationToken))
                    {
                        var run = LedgerTable.Runs.Read(stored);
                        leaves.Run(run, run with { ProcessDefinitionCode = definition });
                        ids.Add(run.Id);
                    }
                }

                await using var update = new NpgsqlCommand(
                    "update process_run_observation set process_definition_code = $1 where process_run_id = any ($2)",
                    connection);
                update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = definition });
                update.Parameters.Add(BatchWrite.Of(ids.ToArray()));
                return await update.ExecuteNonQueryAsync(cancellationToken);
            },
            cancellationToken);
}
