using System.Diagnostics;
using MassTransit;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Intake;

namespace RunLedger.Benchmarks;

/// <summary>
/// Times a bus from its first message to the return of the last consumer, which is after its commit, and counts what
/// that cost.
/// </summary>
/// <param name="counts">
/// As how many a message counts; the ledger's own sweeps are none. Without it, observations.
/// </param>
sealed class ConsumeTimer(Func<object, int>? counts = null) : IConsumeObserver
{
    readonly Func<object, int> _counts = counts ?? (static message =>
        message is RunObservation ? 1 : message is ObservationBatch batch ? batch.Count : 0);

    readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _expected = long.MaxValue, _done, _first, _last;
    Costs? _before, _after;

    /// <summary>Called with each message that was consumed.</summary>
    public Action<object>? Done { get; set; }

    /// <summary>From the first message to the last.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_first, _last);

    /// <summary>From the first message to the last.</summary>
    public Costs Costs => _after! - _before!;

    public void Expect(long messages) => _expected = messages;

    /// <summary>Waits for the last.</summary>
    /// <exception cref="BenchException">It was not there in time, or one failed.</exception>
    public async Task<TimeSpan> All(TimeSpan limit)
    {
        try
        {
            await _all.Task.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new BenchException($"{_done:N0} of {_expected:N0} messages were through after {limit}.");
        }

        return Elapsed;
    }

    /// <summary>A message is about to be consumed.</summary>
    public void Begin()
    {
        if (Volatile.Read(ref _first) == 0
            && Interlocked.CompareExchange(ref _first, Stopwatch.GetTimestamp(), 0) == 0)
            _before = Costs.Now();
    }

    /// <summary>So many messages were consumed.</summary>
    public void End(int count = 1)
    {
        if (Interlocked.Add(ref _done, count) != _expected)
            return;
        _last = Stopwatch.GetTimestamp();
        _after = Costs.Now();
        _all.TrySetResult();
    }

    /// <summary>Times what passes beside the bus.</summary>
    public TakeDelivery Around(TakeDelivery tryTake) => (delivery, settle) =>
    {
        // Before it is taken: it may be the first.
        Begin();
        var message = Done is not null && PlainReading.TryRead(delivery, out var read, out _) ? read : null;
        return tryTake(delivery, fault =>
        {
            settle(fault);
            if (fault is not null)
                return;
            if (message is not null)
                Done!(message);
            End();
        });
    };

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (_counts(context.Message) > 0)
            Begin();
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (_counts(context.Message) is var count && count == 0)
            return Task.CompletedTask;
        Done?.Invoke(context.Message);
        End(count);
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class
    {
        _all.TrySetException(new BenchException($"{typeof(T).Name} failed: {exception.Message}"));
        return Task.CompletedTask;
    }
}
