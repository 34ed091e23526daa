using MassTransit;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Intake;

namespace RunLedger.Service.Operations;

/// <summary>
/// Counts what this process commits and how long the newest of it was under way: a consumer of the ledger returns after its
/// commit.
/// </summary>
sealed class CommitWatch(TimeProvider time) : IConsumeObserver
{
    long _commits;
    Newest? _newest;

    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>The newest message that was committed; null before the first.</summary>
    public Newest? Last => Volatile.Read(ref _newest);

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (context.Message is not (RunObservation or ProcessDefined or DeadlineReached or Refused))
            return Task.CompletedTask;
        Interlocked.Increment(ref _commits);
        if (context.Message is RunObservation observation)
        {
            var now = time.GetUtcNow();
            // Plain JSON does not say when it was sent: then what it tells of has just happened.
            var lag = now - (context.SentTime is { } sent ? new DateTimeOffset(sent) : observation.OccurredAt);
            Volatile.Write(ref _newest, new(now.UtcDateTime, lag > TimeSpan.Zero ? lag : TimeSpan.Zero));
        }

        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    /// <summary>When a message was committed, and how long that was after its publisher had sent it.</summary>
    public sealed record Newest(DateTime At, TimeSpan Lag);
}
