using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage;

namespace RunLedger.Service.Dossier;

/// <summary>
/// What is read of a candidate: its runs by the index on their candidate, row by row, and nothing sorted, because what
/// is counted does not depend on the order. A run that came back from the archive counts once.
/// </summary>
static class DossierSql
{
    public const int MostRejected = 10_000;
    public const int RejectedBytes = 4 * 1024;

    /// <summary>The pairs of tables; the archive's are the second.</summary>
    public static readonly (string Runs, string Components)[] Tables =
    [
        ("process_run_observation", "process_component_observation"),
        ("process_run_archive", "process_component_archive"),
    ];

    /// <summary>The runs, with what the fold does not say itself, and a number for <see cref="RunParts"/>.</summary>
    public static string Runs(LedgerSql sql, string runs, string components) =>
        $"""
         select {Run}, {sql.MemberAsText("r.evidence_ref", "flags")}, p.parts,
           {(runs == Tables[0].Runs ? "null" : "r.archived_at")}
         from {runs} r
         left join (
           select c.process_run_id, {Part("producer", 1)} + {Part("verifier", 2)}
             + {Part("producer", 4, Completed)} + {Part("verifier", 8, Completed)} as parts
           from {runs} o join {components} c on c.process_run_id = o.process_run_id
           where o.process_candidate_code = @candidate and c.component_role in ('producer', 'verifier')
             and (c.started_at <= @asOf or c.ended_at <= @asOf)
           group by c.process_run_id) p on p.process_run_id = r.process_run_id
         where r.process_candidate_code = @candidate {Once(runs, "r")}
         """;

    /// <summary>What says where a run stood.</summary>
    static readonly string Run =
        $"""
         r.process_run_id, r.fold, r.source_system, r.status,
           case when r.status = '{RunStatus.Failed.Text()}' then substr(r.error_ref, 1, {ErrorShape.MostRead}) end,
           r.started_at, r.ended_at, r.created_at
         """;

    static readonly string Completed = $" and c.status = '{RunStatus.StepCompleted.Text()}' and c.ended_at <= @asOf";

    static string Part(string role, int number, string and = "") =>
        $"max(case when c.component_role = '{role}'{and} then {number} else 0 end)";

    /// <summary>Components that failed, each with its run.</summary>
    public static string FailedComponents(string runs, string components) =>
        $"""
         select {Run}, coalesce(c.dot_code, c.event_code, c.component_role, ''),
           substr(c.error_ref, 1, {ErrorShape.MostRead}), c.ended_at
         from {runs} r join {components} c on c.process_run_id = r.process_run_id
         where r.process_candidate_code = @candidate and c.status = '{RunStatus.Failed.Text()}' and c.ended_at <= @asOf
           {Once(runs, "r")}
         """;

    static string Once(string runs, string row) => runs == Tables[0].Runs
        ? ""
        : $"and not exists (select 1 from {Tables[0].Runs} h where h.process_run_id = {row}.process_run_id)";

    public const string Definition =
        """
        select process_definition_code from process_definition
        where process_candidate_code = @candidate and occurred_at <= @asOf
        """;

    public const string Notes =
        """
        select fingerprint, case when noted_at <= @asOf then note end, case when noted_at <= @asOf then noted_by end,
          case when acknowledged_at <= @asOf then acknowledged_by end
        from failure_group where noted_at <= @asOf or acknowledged_at <= @asOf
        """;

    /// <summary>The beginnings of bodies: a name stands in them, if anywhere, soon.</summary>
    public static readonly string Rejected =
        $"""
         select substr(payload, 1, {RejectedBytes}), case when handled_at > @asOf then 'open' else state end
         from rejected_observation where rejected_at <= @asOf
         order by rejected_at desc, rejected_id desc limit {MostRejected}
         """;

    /// <summary>A pattern's slots are of no one candidate.</summary>
    public const string Missed =
        """
        select e.armed_at, count(m.slot_at),
          cast(coalesce(sum(case when m.came_at <= @asOf then 1 else 0 end), 0) as bigint)
        from expectation e left join missed_slot m on m.expectation = e.name and m.slot_at <= @asOf
          and m.missed_at <= @asOf
        where e.candidate = @candidate and e.armed_at <= @asOf group by e.armed_at
        """;

    public const string RejectedCount = "select count(*) from rejected_observation where rejected_at <= @asOf";
}
