using System.Diagnostics;
using MassTransit;
using RunLedger.Contracts;

namespace RunLedger.Benchmarks;

/// <summary>Times a bus from its first message to the return of the last consumer, which is after its commit.</summary>
/// <param name="counts">What is measured; the ledger's own sweeps are not. Without it, observations.</param>
sealed class ConsumeTimer(Func<object, bool>? counts = null) : IConsumeObserver
{
    readonly Func<object, bool> _counts = counts ?? (static message => message is RunObservation);

    readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _expected = long.MaxValue, _done, _first, _last;

    /// <summary>Called with each message that was consumed.</summary>
    public Action<object>? Done { get; set; }

    public void Expect(long messages) => _expected = messages;

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

        return Stopwatch.GetElapsedTime(_first, _last);
    }

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (_counts(context.Message) && Volatile.Read(ref _first) == 0)
            Interlocked.CompareExchange(ref _first, Stopwatch.GetTimestamp(), 0);
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (!_counts(context.Message))
            return Task.CompletedTask;
        Done?.Invoke(context.Message);
        if (Interlocked.Increment(ref _done) == _expected)
        {
            _last = Stopwatch.GetTimestamp();
            _all.TrySetResult();
        }

        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class
    {
        _all.TrySetException(new BenchException($"{typeof(T).Name} failed: {exception.Message}"));
        return Task.CompletedTask;
    }
}
