using RunLedger.Contracts;
using RunLedger.Definitions;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>Definitions in the embedded file.</summary>
sealed class DefinitionStore(LedgerStore store) : IDefinitionStore
{
    public Task<string> Define(ProcessDefined defined, CancellationToken cancellationToken) => store.Use(
        commands =>
        {
            commands.Run(
                """
                insert into process_definition (process_candidate_code, process_definition_code, occurred_at)
                  values ($candidate, $definition, $at)
                on conflict (process_candidate_code) do update
                set process_definition_code = excluded.process_definition_code, occurred_at = excluded.occurred_at
                where (excluded.occurred_at, excluded.process_definition_code) > (occurred_at, process_definition_code)
                """,
                ("$candidate", defined.ProcessCandidateCode),
                ("$definition", defined.ProcessDefinitionCode),
                ("$at", LedgerTime.Text(LedgerTime.Of(defined.OccurredAt))));
            var counts = "";
            commands.Read(
                "select process_definition_code from process_definition where process_candidate_code = $candidate",
                reader => counts = reader.GetString(0),
                ("$candidate", defined.ProcessCandidateCode));
            return counts;
        },
        cancellationToken);

    public Task<int> BackFill(string candidate, string definition, int limit, CancellationToken cancellationToken) =>
        store.Seal(
            (commands, leaves) =>
            {
                const string Of = "process_candidate_code = $candidate and process_definition_code is not $definition "
                    + "order by process_run_id limit $limit";
                (string, object?)[] which =
                    [("$candidate", candidate), ("$definition", definition), ("$limit", limit)];
                if (leaves is not null)
                {
                    commands.Read(
                        $"select {LedgerTable.Runs.Names} from process_run_observation where {Of}",
                        row =>
                        {
                            var run = LedgerTable.Runs.Read(row);
                            leaves.Run(run, run with { ProcessDefinitionCode = definition });
                        },
                        which);
                }

                return commands.Run(
                    "update process_run_observation set process_definition_code = $definition where process_run_id in ("
                    + $"select process_run_id from process_run_observation where {Of})",
                    which);
            },
            cancellationToken);
}
