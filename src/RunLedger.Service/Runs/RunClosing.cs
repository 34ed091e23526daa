using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Service.Actions;
using RunLedger.Service.Intake;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>
/// Ends a run by hand. It is an observation like any other: a producer's own end of an earlier time still counts, and
/// this one is then kept as a conflict.
/// </summary>
sealed class RunClosing(RunQueries runs, ObservationIntake intake, ActionLog actions, TimeProvider time)
{
    /// <summary>Whether a run that is closed is closed in the table already, or waits in the queue.</summary>
    public bool AwaitsCommit => intake.AwaitsCommit;

    public async Task<CloseOutcome> Close(
        Guid id, CloseRequest? close, string operatorName, string origin, CancellationToken cancellationToken)
    {
        if (Fault(close) is { } fault)
            return CloseOutcome.Not(CloseResult.Invalid, fault);
        if (await runs.Find(id, cancellationToken) is not { } run)
            return CloseOutcome.Not(CloseResult.NotFound, $"There is no run {id}.");
        if (run.Status.EndsRun())
        {
            return CloseOutcome.Not(
                CloseResult.AlreadyOver,
                $"The run ended {run.Status.Text()} at {LedgerTime.Text(run.EndedAt!.Value)}; nothing "
                + "is left to close.");
        }

        if (await runs.ArchivedAt(run.ProcessRunId, cancellationToken) is { } archived)
        {
            return CloseOutcome.Not(
                CloseResult.AlreadyOver,
                $"The run was archived {LedgerTime.Text(archived)}: bring it back with archive restore --run "
                + $"{run.ProcessRunId}.");
        }

        var message = Ending(run, close!, time.GetUtcNow());
        var line = new IntakeLine(
            1, message.GetType().Name, JsonSerializer.SerializeToUtf8Bytes((object)message), message, null);
        var result = await actions.Around(
            operatorName, ActionNames.Close, $"{run.ProcessRunId}", close!.Reason, new { close.Status, close.By },
            async () =>
            {
                var taken = await intake.Take([line], origin, cancellationToken);
                return (
                    taken,
                    taken.Rejected.Count == 0 ? $"closed as {close.Status}" : $"rejected: {taken.Rejected[0].Reason}");
            },
            cancellationToken);
        return result.Rejected.Count == 0
            ? CloseOutcome.Closed(result)
            : CloseOutcome.Not(CloseResult.Rejected, result.Rejected[0].Reason);
    }

    static string? Fault(CloseRequest? close) =>
        close?.Status is not ("cancelled" or "failed") ? "status is missing or unknown: send cancelled or failed."
        : string.IsNullOrWhiteSpace(close.Reason) || close.Reason.Length > 2_000
            ? "reason is missing or has more than 2,000 characters."
        : string.IsNullOrWhiteSpace(close.By) || close.By.Length > 200
            ? "by is missing or has more than 200 characters: say who closes it."
        : close.Reason.Contains('\0') || close.By.Contains('\0')
            ? "reason or by holds a NUL character, which cannot be stored."
        : null;

    static RunObservation Ending(RunRow run, CloseRequest close, DateTimeOffset now)
    {
        var evidence = JsonSerializer.SerializeToElement(new { closedBy = close.By, reason = close.Reason });
        return close.Status == "failed"
            ? new RunFailed
            {
                ProcessRunId = run.ProcessRunId,
                ProcessCandidateCode = run.ProcessCandidateCode,
                CorrelationId = run.CorrelationId,
                SourceSystem = run.SourceSystem,
                OccurredAt = now,
                Attempt = run.Attempt,
                ErrorRef = $"closed by {close.By}: {close.Reason}",
                EvidenceRef = evidence,
            }
            : new RunCancelled
            {
                ProcessRunId = run.ProcessRunId,
                ProcessCandidateCode = run.ProcessCandidateCode,
                CorrelationId = run.CorrelationId,
                SourceSystem = run.SourceSystem,
                OccurredAt = now,
                Attempt = run.Attempt,
                EvidenceRef = evidence,
            };
    }
}
