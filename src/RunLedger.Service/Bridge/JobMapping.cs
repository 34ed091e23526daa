using RunLedger.Contracts;

namespace RunLedger.Service.Bridge;

/// <summary>
/// What a job says by the state it is in: that its run is known, since when it runs, how it ended. Every state says also
/// what came before it, so that nothing is lost where a job was quicker than the bridge.
/// </summary>
static class JobMapping
{
    static readonly RunObserved Observed = Activator.CreateInstance<RunObserved>();
    static readonly StepStarted Started = Activator.CreateInstance<StepStarted>();
    static readonly StepCompleted Completed = Activator.CreateInstance<StepCompleted>();
    static readonly StepFailed Failed = Activator.CreateInstance<StepFailed>();

    public static IEnumerable<RunObservation> Of(BridgeRow row)
    {
        var status = row.Required("status");
        if (row.Time("queued_at") is not null || status == "queued")
            yield return row.Fill(Observed, "queued_at");
        if (status == "queued")
            yield break;
        if (row.Time("started_at") is not null || status == "running")
            yield return Start(row);
        switch (status)
        {
            case "running":
                break;
            case "completed":
                yield return End(row, Completed);
                break;
            case "failed":
                yield return End(row, Failed);
                break;
            case "cancelled":
                var end = End(row, Failed);
                yield return end with { ErrorRef = end.ErrorRef ?? "cancelled" };
                break;
            default:
                row.Faults.Add($"status '{status}' is not known: give one of queued, running, completed, failed, cancelled");
                break;
        }
    }

    // Without what may still change while the job runs: read again later, it is the same observation.
    static StepObservation Start(BridgeRow row) =>
        row.Step(Started, "started_at") with { InputRef = row.Text("input_ref") };

    static StepObservation End(BridgeRow row, StepObservation blank) => row.Step(blank, "ended_at") with
    {
        IdempotencyKey = row.Text("idempotency_key"),
        InputRef = row.Text("input_ref"),
        OutputRef = row.Text("output_ref"),
        ErrorRef = row.Text("error_ref"),
        EvidenceRef = row.Json("evidence"),
    };
}
