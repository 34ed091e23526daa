using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Direct;

/// <summary>
/// Takes the observations of a batch without a machine, a scope or a task for each: what the machine does with one is
/// one call of <see cref="DeadlineEvaluator"/>, and here it is that call.
/// </summary>
sealed class BatchIntake(
    GroupCommitter committer,
    ObservationValidator door,
    DeadlineEvaluator deadlines,
    Rejections rejections,
    RunLedgerOptions options,
    TimeProvider time,
    ILogger<BatchIntake> logger)
{
    /// <summary>For what is read and not committed: some commits ahead, not all that the broker sent.</summary>
    readonly ObservationRoom _room = new(4 * options.MaxBatchSize);

    /// <summary>Completes when each observation is committed or set aside.</summary>
    /// <param name="batch">The observations.</param>
    /// <param name="origin">Where they came from.</param>
    /// <param name="sentAt">When they were sent; null where it is not said.</param>
    /// <param name="trace">The trace they belong to.</param>
    /// <param name="cancellationToken">Cuts a pause before they are given back.</param>
    /// <exception cref="RequeueException">
    /// Some are not, for a reason that passes: all are to be sent again, which changes nothing for the others.
    /// </exception>
    public async Task Take(
        ObservationBatch batch,
        string origin,
        DateTime? sentAt,
        ActivityContext trace,
        CancellationToken cancellationToken)
    {
        await _room.Enter(batch.Count);
        try
        {
            var items = batch.Items();
            var group = new PendingGroup(items.Count);
            Action<PendingMessage, Exception?> settle = group.Settled;
            await committer.Commit(group, items.ConvertAll(Pending));
            if (group.Failed.Count > 0)
                await Settle(group, cancellationToken);

            PendingMessage Pending((ReadOnlyMemory<byte> Json, TypedObservation Read) item)
            {
                var (contract, message, reason) = item.Read;
                return message is RunObservation observed && door.TryValidate(observed, out var observation, out reason)
                    ? new PendingMessage(
                        observation, rows => deadlines.Fold(rows, observation), Reject, sentAt, trace, settle)
                    : new PendingMessage(Reject(reason!), settle);

                RejectedRow Reject(string why) =>
                    rejections.Of(contract, origin, LedgerEndpoint.Plain.MediaType, item.Json.ToArray(), why);
            }
        }
        finally
        {
            _room.Leave(batch.Count);
        }
    }

    async Task Settle(PendingGroup group, CancellationToken cancellationToken)
    {
        Exception? passing = null;
        var rejecting = new List<Task>();
        foreach (var (message, fault) in group.Failed)
        {
            if (fault is RequeueException or NewerFoldException || message.Reject is null)
            {
                passing = fault;
                continue;
            }

            Log.ObservationFailed(logger, fault);
            rejecting.Add(committer.Reject(message.Reject(
                $"The ledger could not handle it: {fault.GetType().Name}: {fault.Message}. Its log has the details; "
                    + "send it again once that is mended.")));
        }

        await Task.WhenAll(rejecting);
        if (passing is not null)
        {
            throw passing is NewerFoldException newer
                ? await RequeueException.After(newer, time, cancellationToken)
                : passing;
        }
    }
}
