using System.Text;
using RunLedger.Client.Sending;
using RunLedger.Contracts;

namespace RunLedger.Tests.Support;

/// <summary>A ledger that keeps what it is sent, is away when told to be, or never answers.</summary>
sealed class HeldTransport : ITransport
{
    readonly Lock _lock = new();
    readonly List<string> _taken = [];
    int _asked;
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Away { get; set; }
    public bool Hangs { get; set; }
    public int Asked => Volatile.Read(ref _asked);

    public List<RunObservation> Taken
    {
        get
        {
            lock (_lock)
                return _taken.ConvertAll(line => ObservationLine.Deserialize(Encoding.UTF8.GetBytes(line))!);
        }
    }

    public async Task<IReadOnlyList<string>> Send(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        if (Hangs)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (Away)
        {
            Changed();
            throw new HttpRequestException("It is away.");
        }

        lock (_lock)
            _taken.AddRange(lines.Select(line => Encoding.UTF8.GetString(line.Span)));
        Changed();
        return [];
    }

    /// <summary>Waits until so many were taken.</summary>
    public async Task<List<RunObservation>> Has(int count)
    {
        while (true)
        {
            var changed = _changed.Task;
            if (Taken is { } taken && taken.Count >= count)
                return taken;
            await changed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until it was asked, in vain.</summary>
    public async Task Missed()
    {
        while (true)
        {
            var changed = _changed.Task;
            if (Asked > 0)
                return;
            await changed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
    }

    void Changed() =>
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
