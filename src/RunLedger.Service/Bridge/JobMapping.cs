using RunLedger.Contracts;

namespace RunLedger.Service.Bridge;

/// <summary>
/// What a job says by the state it is in: that its run is known, since when it runs, how it ended. Every state says
/// also what came before it, so that nothing is lost where a job was quicker than the bridge. A job that is all of its
/// run starts and ends that too, attempt by attempt: nobody else would.
/// </summary>
static class JobMapping
{
    static readonly RunObserved Observed = Activator.CreateInstance<RunObserved>();
    static readonly RunStarted RunStarted = Activator.CreateInstance<RunStarted>();
    static readonly StepStarted Started = Activator.CreateInstance<StepStarted>();

    /// <summary>By a status that is an end: what the job says then, and its run where it is all of it.</summary>
    static readonly Dictionary<string, (StepObservation Job, RunObservation Run)> Ends = new(StringComparer.Ordinal)
    {
        ["completed"] = (Activator.CreateInstance<StepCompleted>(), Activator.CreateInstance<RunCompleted>()),
        ["failed"] = (Activator.CreateInstance<StepFailed>(), Activator.CreateInstance<RunFailed>()),
        ["cancelled"] = (Activator.CreateInstance<StepCancelled>(), Activator.CreateInstance<RunCancelled>()),
    };

    public static IEnumerable<RunObservation> Of(BridgeRow row)
    {
        var (status, isRun) = (row.Required("status"), row.Is("is_run"));
        // Of a job that is only part of a run an attempt is none at the run.
        int? attempt = isRun && row.Attempt > 1 ? row.Attempt : null;
        if (row.Time("queued_at") is not null || status == "queued")
            yield return row.Fill(Observed, "queued_at") with { Attempt = attempt };
        if (status == "queued")
            yield break;
        foreach (var before in row.Superseded(row.Time("started_at") is null ? "ended_at" : "started_at"))
            yield return before;
        if (row.Time("started_at") is not null || status == "running")
        {
            // Without what may still change while the job runs: read again later, it is the same observation.
            yield return row.Step(Started, "started_at") with { InputRef = row.Text("input_ref") };
            if (isRun)
            {
                yield return row.Fill(RunStarted, "started_at") with
                {
                    InputRef = row.Text("input_ref"),
                    Attempt = attempt,
                };
            }
        }

        if (status == "running")
            yield break;
        if (!Ends.TryGetValue(status, out var end))
        {
            row.Faults.Add(
                $"status '{status}' is not known: give one of queued, running, {string.Join(", ", Ends.Keys)}");
            yield break;
        }

        yield return Ended(row, row.Step(end.Job, "ended_at")) with { IdempotencyKey = row.Text("idempotency_key") };
        if (isRun)
            yield return Ended(row, row.Fill(end.Run, "ended_at") with { Attempt = attempt });

        static RunObservation Ended(BridgeRow row, RunObservation end) => end with
        {
            InputRef = row.Text("input_ref"),
            OutputRef = row.Text("output_ref"),
            ErrorRef = row.Text("error_ref"),
            EvidenceRef = row.Json("evidence"),
        };
    }
}
