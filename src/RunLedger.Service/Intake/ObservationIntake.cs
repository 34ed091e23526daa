using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Options;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Direct;
using RunLedger.Folding;
using RunLedger.Intake;

namespace RunLedger.Service.Intake;

/// <summary>
/// Takes observations over HTTP. Each is durable before it is counted: confirmed by the broker, or, embedded, where a
/// publish is only memory, committed.
/// </summary>
sealed class ObservationIntake(
    IBus bus,
    ObservationValidator door,
    GroupCommitter committer,
    DirectIntake direct,
    Rejections rejections,
    IntakeRoom room,
    IOptions<IntakeOptions> options,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    CommitSignal? commits = null)
{
    /// <summary>
    /// Once the process stops. Its requests are waited for, and then cut without an answer; what comes after them, the
    /// bus with the messages in hand, has the rest of the time in which the host has to stop.
    /// </summary>
    static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(5);

    /// <summary>Whether what is durable is committed; with a broker it may still be in its queue.</summary>
    public bool AwaitsCommit => commits is not null;

    /// <exception cref="TimeoutException">Nothing is known of some of them; sending all again is safe.</exception>
    public Task<IntakeResult> Take(IEnumerable<IntakeLine> lines, string origin, CancellationToken cancellationToken) =>
        Patiently(cancellationToken => TakeAll(lines, origin, cancellationToken), cancellationToken);

    /// <summary>Takes what was rejected once more; what still cannot be taken goes back to its row.</summary>
    /// <returns>Null when it is durable; else why it cannot be taken, in words for whoever sent it.</returns>
    /// <exception cref="TimeoutException">Nothing is known of it; taking it again is safe.</exception>
    public async Task<string?> TakeAgain(
        object message, int bytes, Guid rejectedId, CancellationToken cancellationToken) =>
        Refusal(ref message, out _, out _) ?? await Patiently<string?>(
            async cancellationToken =>
            {
                var durable = commits is null
                    ? Publish(message, NewId.NextGuid(), cancellationToken, rejectedId)
                    : await room.Enter(bytes, () => Commit(message, rejectedId), cancellationToken);
                await durable.WaitAsync(cancellationToken);
                return null;
            },
            cancellationToken);

    async Task<T> Patiently<T>(Func<CancellationToken, Task<T>> take, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.Patience, time);
        using var last = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var stopping = lifetime.ApplicationStopping.Register(() => last.CancelAfter(LastPatience));
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, last.Token, cancellationToken);
        try
        {
            return await take(any.Token);
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested
            && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(last.IsCancellationRequested
                ? "Not durable before the ledger stopped."
                : $"Not durable within {options.Value.Patience}.");
        }
    }

    async Task<IntakeResult> TakeAll(IEnumerable<IntakeLine> lines, string origin, CancellationToken cancellationToken)
    {
        var accepted = 0;
        List<IntakeRemark> ignored = [], rejected = [], dropped = [];
        foreach (var chunk in lines.Chunk(IntakeLimits.Chunk))
        {
            var durable = new List<Task>(chunk.Length);
            var together = new List<(RunObservation Message, int Bytes)>();
            var taken = new List<(IntakeLine Line, IEnumerable<string> Dropped)>(chunk.Length);
            var late = new ConcurrentDictionary<int, string>();
            foreach (var line in chunk)
            {
                var reason = line.Reason;
                if (line.Message is { } kept && (reason = Refusal(ref kept, out var lost, out var observation)) is null)
                {
                    var tooLate = Noted(late, taken.Count);
                    object[] messages = line.Before is { } before ? [before, kept] : [kept];
                    foreach (var message in messages)
                    {
                        if (commits is not null)
                        {
                            durable.Add(await room.Enter(
                                line.Json.Length,
                                message == kept && observation is not null
                                    ? Committing(observation, line, origin, tooLate)
                                    : () => Commit(message, late: tooLate),
                                cancellationToken));
                        }
                        else if (message is RunObservation one && options.Value.PublishTogether)
                        {
                            together.Add((one, line.Json.Length));
                        }
                        else
                        {
                            durable.Add(Publish(message, NewId.NextGuid(), cancellationToken));
                        }
                    }

                    taken.Add((line, line.Dropped.Union(lost)));
                    continue;
                }

                var remark = new IntakeRemark(line.Number, reason!);
                if (line.IsIgnored)
                {
                    ignored.Add(remark);
                    continue;
                }

                rejected.Add(remark);
                durable.Add(await room.Enter(
                    line.Json.Length,
                    () => committer.Reject(
                        rejections.Of(line.Contract, origin, "application/json", line.Json.ToArray(), reason!)),
                    cancellationToken));
            }

            durable.AddRange(Messages(together).Select(
                message => Publish(message, NewId.NextGuid(), cancellationToken)));
            await Task.WhenAll(durable).WaitAsync(cancellationToken);
            foreach (var (place, (line, lost)) in taken.Index())
            {
                if (late.TryGetValue(place, out var why))
                {
                    rejected.Add(new IntakeRemark(line.Number, why));
                    continue;
                }

                accepted++;
                dropped.AddRange(lost.Select(what => new IntakeRemark(line.Number, what)));
            }
        }

        return new IntakeResult(accepted, ignored, [.. rejected.OrderBy(remark => remark.Line)])
        {
            Dropped = dropped.Count > 0 ? dropped : null,
        };
    }

    /// <summary>As few messages as may be; what is large is alone.</summary>
    static IEnumerable<object> Messages(List<(RunObservation Message, int Bytes)> observations)
    {
        for (int from = 0, to; from < observations.Count; from = to)
        {
            var bytes = observations[from].Bytes;
            for (to = from + 1; to < observations.Count; to++)
            {
                if ((bytes += observations[to].Bytes) > IntakeLimits.MessageBytes)
                    break;
            }

            yield return to == from + 1
                ? observations[from].Message
                : new RunObservations { Observations = observations[from..to].ConvertAll(one => one.Message) };
        }
    }

    // Not a closure of the request: what waits for its commit must not keep the body it came in.
    Func<Task> Committing(Observation observation, IntakeLine line, string origin, Action<string> late)
    {
        var (contract, json, sentAt) = (line.Contract, line.Json.ToArray(), time.GetUtcNow().UtcDateTime);
        return async () =>
        {
            try
            {
                await direct.Commit(
                    observation,
                    why =>
                    {
                        late(why);
                        return rejections.Of(contract, origin, "application/json", json, why);
                    },
                    sentAt);
            }
            catch (Exception)
            {
                // The pipeline meets it too, and decides.
                await Commit(observation.Message, late: late);
            }
        };
    }

    // Not a closure in there: what waits for its commit must not keep the body it came in.
    static Action<string> Noted(ConcurrentDictionary<int, string> late, int place) => why => late[place] = why;

    /// <param name="message">What was sent; then what is kept of it.</param>
    /// <param name="dropped">What is not kept, or not as it came.</param>
    /// <param name="observation">What is committed, where it is one.</param>
    string? Refusal(ref object message, out IReadOnlyList<string> dropped, out Observation? observation)
    {
        (dropped, observation) = ([], null);
        switch (message)
        {
            case RunObservation sent:
                if (!door.TryValidate(sent, out observation, out var reason))
                    return reason;
                (message, dropped) = (observation.Message, observation.Dropped);
                return null;
            case ProcessDefined defined:
                return door.FaultOf(defined);
            case RunObservations batch:
                var kept = new List<RunObservation>(batch.Observations.Count);
                foreach (var one in batch.Observations)
                {
                    object item = one;
                    if (Refusal(ref item, out _, out _) is { } refused)
                        return refused;
                    kept.Add((RunObservation)item);
                }

                message = batch with { Observations = kept };
                return null;
            default:
                throw new InvalidOperationException($"{message.GetType().Name} is no contract of the ledger.");
        }
    }

    // A publish to memory is done at once, and what was published must be consumed for its room to be given back.
    async Task Commit(object message, Guid? rejectedId = null, Action<string>? late = null)
    {
        if (await commits!.Committed(id => Publish(message, id, CancellationToken.None, rejectedId)) is { } why)
            late?.Invoke(why);
    }

    Task Publish(object message, Guid id, CancellationToken cancellationToken, Guid? rejectedId = null) =>
        bus.Publish(message, message.GetType(), context =>
        {
            context.MessageId = id;
            // Without it a broker that has no queue for the message confirms, and drops it.
            context.Mandatory = true;
            // Where several ledgers divide the runs, all of one go to one.
            if (message is RunObservation { ProcessRunId: var run })
                context.TrySetRoutingKey($"{run}");
            if (rejectedId is { } again)
                context.Headers.Set(Rejections.AgainHeader, again.ToString());
        }, cancellationToken);
}
