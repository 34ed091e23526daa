using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Retention;

namespace RunLedger.Testing.Conformance;

/// <summary>A store of the test's own, whose runs end and are archived.</summary>
public abstract class ArchiveSuite(Provider provider) : StoreSuite(provider)
{
    protected const string LiveRuns = "select process_run_id from process_run_observation order by 1";
    protected const string ArchivedRunIds = "select process_run_id from process_run_archive order by 1";

    protected const string Columns =
        "process_run_id, process_candidate_code, correlation_id, parent_run_id, status, source_system, "
        + "idempotency_key, input_ref, output_ref, error_ref, evidence_ref, started_at, ended_at, created_at, fold, "
        + "last_event_at, live_at, deadline_at";
    protected const string ComponentColumns =
        "component_run_id, process_run_id, parent_run_id, correlation_id, dot_code, component_role, event_code, "
        + "queue_job_id, status, input_ref, output_ref, error_ref, evidence_ref, idempotency_key, source_system, "
        + "started_at, ended_at, created_at, fold";

    protected static readonly DateTime Now = new(2027, 6, 1, 12, 0, 0, DateTimeKind.Utc);
    private protected static readonly SettledPoint Start = new(DateTime.UnixEpoch, Guid.Empty);

    private protected IArchiveStore Archive => Store.Archive;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected Task<MovedSlice> Move(DateTime? now = null) => Archive.Move(
        new SliceChoice(Start, now ?? Now, 1_000, new RetentionPeriods(Options), OneMonth: false), null, Token);

    private protected async Task<Some> Settled(string status, DateTime at, string candidate = "PROC-CAND:dot:kg")
    {
        var run = new Some { Candidate = candidate };
        await Ledger.Commit(run.Started());
        await Settle(run, status, at);
        return run;
    }

    private protected Task Settle(Some run, string status, DateTime at) => Settle(run.Id, status, at);

    // As the machine would have left it; the counters with it.
    private protected async Task Settle(Guid run, string status, DateTime at)
    {
        var was = (await Store.Query($"select status from process_run_observation where process_run_id = '{run}'"))[0];
        await Store.Query(
            $"update process_run_observation set status = '{status}', settled_at = '{LedgerTime.Text(at)}' "
            + $"where process_run_id = '{run}'");
        await Store.Query($"insert into run_status_count (writer, status, runs) values (99, '{was}', -1) "
            + "on conflict (writer, status) do update set runs = run_status_count.runs - 1");
        await Store.Query($"insert into run_status_count (writer, status, runs) values (99, '{status}', 1) "
            + "on conflict (writer, status) do update set runs = run_status_count.runs + 1");
    }

    private protected static IEnumerable<string> Sorted(params Some[] runs) =>
        runs.Select(run => run.Id.ToString()).Order(StringComparer.Ordinal);
}
