using Microsoft.Extensions.Logging;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Retention;

/// <summary>Applies retention, a slice at a time; several at once do no harm.</summary>
sealed class RetentionSweep(
    IArchiveStore store,
    ArchiveFiles files,
    ArchiveCompaction compaction,
    RetentionPeriods periods,
    ArchiveState state,
    RunLedgerOptions options,
    TimeProvider time,
    ILogger<RetentionSweep> logger,
    LedgerMeter? meter = null)
{
    const int MaxRaces = 5;
    const int PurgeSlice = 1_000;

    /// <summary>A process that stood still in a slice, or whose bus stops, is not held up by its rest.</summary>
    static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);

    // A verb that sweeps is measured by nobody.
    readonly LedgerMeter _meter = meter ?? new LedgerMeter(time: time);

    /// <summary>
    /// Archives what is over and, at the end, purges what was archived long enough ago and makes fewer files of many.
    /// </summary>
    /// <param name="after">Where the call before this one stopped; null at the beginning.</param>
    /// <param name="maxSlices">How many slices it takes before it returns.</param>
    /// <param name="progress">Told of every slice.</param>
    /// <param name="cancellationToken">Ends it between two slices or with nothing moved of one.</param>
    /// <returns>Where to go on; null where nothing is left.</returns>
    /// <exception cref="StoreException">The database cannot be used; what was moved stays moved.</exception>
    /// <exception cref="ArchiveException">The files cannot be written; nothing leaves the tables.</exception>
    public async Task<SettledPoint?> Once(
        SettledPoint? after, int maxSlices, Action<MovedSlice>? progress, CancellationToken cancellationToken)
    {
        try
        {
            if (files.On)
                files.Check();
            var point = after ?? new SettledPoint(DateTime.UnixEpoch, Guid.Empty);
            for (var slice = 0; slice < maxSlices; slice++)
            {
                var begun = time.GetTimestamp();
                var moved = await Move(point, cancellationToken);
                progress?.Invoke(moved);
                await Rest(begun, cancellationToken);
                if (moved.Last is not { } last)
                {
                    await Purge(maxSlices, cancellationToken);
                    var more = files.On && await Compact(maxSlices, cancellationToken);
                    Note(fault: null);
                    _meter.RetentionDone();
                    return more ? point : null;
                }

                point = last;
            }

            Note(fault: null);
            return point;
        }
        catch (ArchiveException e)
        {
            Note(e.Message);
            Log.ArchiveUnwritable(logger, e.Message);
            throw;
        }
    }

    // As long as it worked: what comes in meanwhile has the database too.
    Task Rest(long begun, CancellationToken cancellationToken)
    {
        var worked = time.GetElapsedTime(begun);
        return Task.Delay(worked < LongestRest ? worked : LongestRest, time, cancellationToken);
    }

    // Whether there may be more to do.
    async Task<bool> Compact(int maxSlices, CancellationToken cancellationToken)
    {
        for (var slice = 0; slice < maxSlices; slice++)
        {
            var begun = time.GetTimestamp();
            if (!await compaction.Once(cancellationToken))
                return false;
            await Rest(begun, cancellationToken);
        }

        return true;
    }

    void Note(string? fault)
    {
        state.Fault = fault;
        _meter.RetentionBlocked(fault is not null);
    }

    async Task<MovedSlice> Move(SettledPoint after, CancellationToken cancellationToken)
    {
        for (var races = 0; ; races++)
        {
            try
            {
                var moved = await store.Move(
                    new SliceChoice(after, Now, options.Retention.SliceSize, periods, OneMonth: files.On),
                    files.On ? files.Keep : null,
                    cancellationToken);
                _meter.Archived(moved.Runs);
                if (moved.Runs > 0)
                    Log.Archived(logger, moved.Runs, moved.Components);
                return moved;
            }
            catch (StoreException e) when (e.Fault == StoreFault.Conflict && races < MaxRaces)
            {
                Log.ArchiveRaceLost(logger, e.InnerException!.Message);
            }
        }
    }

    async Task Purge(int maxSlices, CancellationToken cancellationToken)
    {
        if (options.Archive.PurgeAfter is not { } age)
            return;
        var until = RetentionPeriods.Before(Now, age);
        for (var slice = 0; slice < maxSlices; slice++)
        {
            var purged = await store.Purge(until, PurgeSlice, cancellationToken);
            _meter.Purged(purged);
            if (purged > 0)
                Log.Purged(logger, purged);
            if (purged < PurgeSlice)
                return;
        }
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
