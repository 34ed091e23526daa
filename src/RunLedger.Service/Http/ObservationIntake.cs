using MassTransit;
using RunLedger.GroupCommit;
using RunLedger.Intake;
using RunLedger.Runs;

namespace RunLedger.Service.Http;

/// <summary>
/// Takes observations over HTTP. Each is durable before it is counted: confirmed by the broker, or, embedded, where a
/// publish is only memory, committed.
/// </summary>
sealed class ObservationIntake(
    IBus bus, Door door, GroupCommitter committer, Rejections rejections, CommitSignal? commits = null)
{
    /// <exception cref="TimeoutException">Nothing is known of some of them; sending all again is safe.</exception>
    public async Task<IntakeResult> Take(IEnumerable<IntakeLine> lines, string origin, CancellationToken cancellationToken)
    {
        var accepted = 0;
        List<IntakeRemark> ignored = [], rejected = [];
        foreach (var chunk in lines.Chunk(IntakeLimits.Chunk))
        {
            var durable = new List<Task>(chunk.Length);
            foreach (var line in chunk)
            {
                var reason = line.Reason;
                if (line.Message is not null && door.TryAdmit(line.Message, out _, out reason))
                {
                    durable.Add(Deliver(line.Message, cancellationToken));
                    accepted++;
                    continue;
                }

                var remark = new IntakeRemark(line.Number, reason!);
                if (line.IsIgnored)
                {
                    ignored.Add(remark);
                    continue;
                }

                rejected.Add(remark);
                durable.Add(committer.Reject(
                    rejections.Of(line.Contract, origin, "application/json", line.Json, reason!)));
            }

            await Task.WhenAll(durable).WaitAsync(IntakeLimits.Patience, cancellationToken);
        }

        return new IntakeResult(accepted, ignored, rejected);
    }

    async Task Deliver(Contracts.RunObservation message, CancellationToken cancellationToken)
    {
        var id = NewId.NextGuid();
        var committed = commits?.Of(id);
        await bus.Publish((object)message, message.GetType(), context => context.MessageId = id, cancellationToken);
        if (committed is not null)
            await committed;
    }
}
