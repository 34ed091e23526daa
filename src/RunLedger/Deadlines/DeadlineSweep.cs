using System.Text.Json;
using RunLedger.Folding;

namespace RunLedger.Deadlines;

/// <summary>
/// Finds runs whose deadline is due and has the machine look at them. Nothing is decided here. It works in slices, and
/// what a sweep does not get done the next one does.
/// </summary>
sealed class DeadlineSweep(ISweepStore store, RunLedgerOptions options, TimeProvider time)
{
    public const int SliceSize = 500;

    /// <summary>So many slices a sweep at most, a pause apart: what comes in meanwhile has the queue too.</summary>
    const int MaxSlices = 10;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Longer than the queue is behind in all but an outage; after it a run is asked about again.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    const string PoliciesMark = "policies";
    const string SettledMark = "settled";

    /// <param name="send">Sends to the ledger's own queue, and returns when the messages are there.</param>
    /// <param name="cancellationToken">Ends it between two slices.</param>
    public async Task Once(Func<IReadOnlyList<DeadlineReached>, Task> send, CancellationToken cancellationToken)
    {
        await ApplyPolicies(cancellationToken);
        for (var slice = 0; slice < MaxSlices; slice++)
        {
            var now = Now;
            var due = await store.Due(now, now + Lease, SliceSize, cancellationToken);
            await send(due);
            if (due.Count < SliceSize)
                break;
            await Task.Delay(Pause, time, cancellationToken);
        }

        await FindOpenComponents(send, cancellationToken);
    }

    // A deadline is a column that another policy would have set otherwise.
    async Task ApplyPolicies(CancellationToken cancellationToken)
    {
        var policies = JsonSerializer.Serialize(
            options.Deadlines.Policies.Append(options.Deadlines.Default)
                .Select(p => new { p.Candidate, p.Start, p.Run, p.Quiet, p.OrphanGrace }));
        var known = await store.Mark(PoliciesMark, cancellationToken);
        if (known == policies)
            return;
        if (known is not null)
        {
            for (Guid? last = Guid.Empty; last is not null;)
                last = await store.MakeDue(Now, last.Value, SliceSize, cancellationToken);
        }

        await store.SetMark(PoliciesMark, policies, cancellationToken);
    }

    // The header does not say whether all its components have ended; those of every run are looked at once, a grace
    // time after it ended. The mark moves when the messages are there.
    async Task FindOpenComponents(Func<IReadOnlyList<DeadlineReached>, Task> send, CancellationToken cancellationToken)
    {
        var grace = options.Deadlines.Policies.Append(options.Deadlines.Default).Max(policy => policy.OrphanGrace);
        if (grace is null)
            return;
        var after = await store.Mark(SettledMark, cancellationToken) is { } mark
            ? SettledPoint.Parse(mark)
            : new SettledPoint(DateTime.UnixEpoch, Guid.Empty);
        for (var slice = 0; slice < MaxSlices; slice++)
        {
            var settled = await store.Settled(after, Now - grace.Value, SliceSize, cancellationToken);
            if (settled.Last is not { } last)
                break;
            await send(settled.Open);
            await store.SetMark(SettledMark, last.ToString(), cancellationToken);
            after = last;
        }
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
