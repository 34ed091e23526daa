using System.Diagnostics;
using MassTransit;
using RunLedger.Contracts;

namespace RunLedger.Benchmarks;

/// <summary>Times a bus from its first message to the return of the last consumer, which is after its commit.</summary>
sealed class Consumption : IConsumeObserver
{
    readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _expected = long.MaxValue, _done, _first, _last;

    /// <summary>Called with each message that is through.</summary>
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
        // The ledger's own sweeps are not what is measured.
        if (context.Message is RunObservation && Volatile.Read(ref _first) == 0)
            Interlocked.CompareExchange(ref _first, Stopwatch.GetTimestamp(), 0);
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (context.Message is not RunObservation)
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
