using MassTransit;
using Microsoft.Extensions.Logging;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Scheduling;

/// <summary>
/// Sends what is due: claims a slice, sends it, deletes it, in one transaction, so that a message is gone only when it
/// was sent and is sent again when nobody knows. Starts and stops with the bus; stopping finishes the slice in hand.
/// </summary>
sealed class Dispatcher(
    IScheduleStore store,
    MessageSender sender,
    Rejections rejections,
    DispatchSignal signal,
    RunLedgerOptions options,
    TimeProvider time,
    LedgerMeter meter,
    ILogger<Dispatcher> logger) : IBusObserver, IAsyncDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>For what the broker does not take although it takes others, such as for a full queue.</summary>
    static readonly TimeSpan Later = TimeSpan.FromSeconds(30);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    readonly Guid[] _recurring = [.. sender.Recurring.Select(recurring => recurring.Token)];
    readonly Dictionary<Guid, DateTime> _waiting = [];
    readonly HashSet<string> _proven = new(StringComparer.Ordinal);
    readonly CancellationTokenSource _stop = new();
    readonly CancellationTokenSource _abort = new();
    readonly SendAttemptObserver _observer = new();
    readonly Outage _blind = new(time);
    IBus? _bus;
    Task? _loop;
    bool _registered;
    DateTime _forgetAt;
    bool _away;
    bool _disposed;

    public Task PostStart(IBus bus, Task<BusReady> busReady)
    {
        // A host may have other buses; the ledger's is the one it was added to, which starts first of those it
        // observes.
        if (_loop is not null)
            return Task.CompletedTask;
        _bus = bus;
        bus.ConnectSendObserver(_observer);
        bus.ConnectPublishObserver(_observer);
        _loop = Task.Run(() => Run(bus, busReady));
        return Task.CompletedTask;
    }

    public async Task PreStop(IBus bus)
    {
        if (ReferenceEquals(bus, _bus))
            await Stop();
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows it by two names.
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await Stop();
        _stop.Dispose();
        _abort.Dispose();
    }

    /// <summary>Sends one slice of what is due; returns how many messages it has dealt with.</summary>
    /// <exception cref="StoreException">The database cannot be used.</exception>
    async Task<int> Dispatch(IBus bus)
    {
        // While the broker is away one message asks whether it is back, and only that one is held meanwhile.
        await using var claim = await store.Claim(Now, _away ? 1 : options.ScheduleSlice, Which(), _stop.Token);
        if (claim.Rows.Count == 0)
            return 0;
        meter.Scheduled(claim.Rows.Min(row => row.DueAt));
        var slice = new SliceSender(sender, rejections, options, time, _proven);
        var result = await slice.Send(bus, claim.Rows, _abort.Token);
        foreach (var message in result.Rejected)
            Log.MessageSetAside(logger, message.Reason);
        // Before it is settled, which takes them out where commits are sealed.
        var (done, rejected) = (result.Gone.Count + result.Moved.Count, result.Rejected.Count);
        if (done > 0)
            await claim.Settle(result, CancellationToken.None);
        meter.Dispatched(done - rejected, rejected);
        Note(slice, done);
        return done;
    }

    async Task Run(IBus bus, Task<BusReady> ready)
    {
        var pause = FirstPause;
        try
        {
            // Also where the bus did not become ready: it may yet.
            await ((Task)ready).WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    signal.Listen();
                    await Prepare();
                    var done = await Dispatch(bus);
                    if (_blind.End() is { } lasted)
                        Log.ScheduleReachable(logger, lasted);
                    if (!_away)
                        pause = FirstPause;
                    if (done == 0 && _away)
                        pause = await Pause(pause);
                    else if (done == 0)
                        await signal.Sleep(await WakeAt(), time, _stop.Token);
                }
                catch (StoreException e)
                {
                    if (_blind.Say())
                        Log.ScheduleUnreachable(logger, e.Message);
                    pause = await Pause(pause);
                }
                catch (Exception e) when (!_stop.IsCancellationRequested)
                {
                    // Unforeseen; what is due stays due.
                    Log.DispatchFailed(logger, e, pause);
                    pause = await Pause(pause);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop, between two slices.
        }
    }

    async Task Prepare()
    {
        if (!_registered && sender.Recurring.Count > 0)
            await store.Register([.. sender.Recurring.Select(recurring => recurring.Row(Now))], _stop.Token);
        _registered = true;
        if (Now < _forgetAt)
            return;
        await store.Forget(Now, _stop.Token);
        _forgetAt = Now + ForgetEvery;
    }

    async Task<DateTime> WakeAt()
    {
        var poll = Now + options.SchedulePoll;
        var next = await store.NextDue(Which(), _stop.Token);
        // What the broker did not take is left alone for a while, and is late all the same.
        meter.Scheduled(_waiting.Count == 0 ? next : await store.NextDue(new ClaimFilter(_recurring, []), _stop.Token));
        return next < poll ? next.Value : poll;
    }

    ClaimFilter Which()
    {
        foreach (var (id, _) in _waiting.Where(waiting => waiting.Value <= Now).ToList())
            _waiting.Remove(id);
        return new ClaimFilter(_recurring, [.. _waiting.Keys]);
    }

    void Note(SliceSender slice, int done)
    {
        if (slice.Away is not null && done == 0)
        {
            if (!_away)
                Log.BrokerAway(logger, slice.Away.Message);
            _away = true;
        }
        else if (_away)
        {
            _away = false;
            _waiting.Clear();
            Log.BrokerBack(logger);
        }

        // Others have their turn first, so that one that never gets through holds nobody up.
        foreach (var id in slice.Left)
            _waiting[id] = Now + (_away ? LongestPause : Later);
    }

    async Task<TimeSpan> Pause(TimeSpan pause)
    {
        await Task.Delay(pause, time, _stop.Token);
        return pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    async Task Stop()
    {
        if (_loop is null)
            return;
        await _stop.CancelAsync();
        // By the real clock: a test's may stand still.
        if (!_away)
            await _loop.WaitAsync(StopPatience, TimeProvider.System)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _abort.CancelAsync();
        await _loop;
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));

    void IBusObserver.PostCreate(IBus bus)
    {
    }

    void IBusObserver.CreateFaulted(Exception exception)
    {
    }

    Task IBusObserver.PreStart(IBus bus) => Task.CompletedTask;

    Task IBusObserver.StartFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    Task IBusObserver.PostStop(IBus bus) => Task.CompletedTask;

    Task IBusObserver.StopFaulted(IBus bus, Exception exception) => Task.CompletedTask;
}
