using Microsoft.Extensions.Options;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Telemetry;

namespace RunLedger.Service.Checkpoints;

/// <summary>
/// Takes up what was there before commits were sealed, and makes checkpoints; several replicas take turns. Where
/// nothing is sealed it says so in the database, once.
/// </summary>
sealed partial class CheckpointLoop(
    SealAdoption adoption,
    IServiceProvider services,
    IOptions<CheckpointOptions> options,
    TimeProvider time,
    ILogger<CheckpointLoop> log) : BackgroundService
{
    readonly Sealing.Checkpoints? _checkpoints = services.GetService<Sealing.Checkpoints>();
    readonly CheckpointFile? _file = options.Value.File is { Length: > 0 } path ? new(path) : null;
    readonly SliceLog? _slices = services.GetService<SliceLog>();
    readonly Outage _outage = new(time);
    readonly Outage _unlisted = new(time);
    long? _size;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var done = false; !done; await Task.Delay(options.Value.Every, time, stoppingToken))
            {
                try
                {
                    done = await Once(stoppingToken);
                    if (_outage.End() is { } lasted)
                        MadeAgain(log, lasted);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // Whatever it is, the next one comes, and has what this one would have had.
                    if (_outage.Say())
                        NotMade(log, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is taken up by the next start.
        }
    }

    /// <returns>Whether there will never be anything to do again.</returns>
    public async Task<bool> Once(CancellationToken cancellationToken)
    {
        if (_checkpoints is null)
        {
            await adoption.SwitchOff(time.GetUtcNow().UtcDateTime, cancellationToken);
            return true;
        }

        var begun = time.GetTimestamp();
        while (await adoption.Once(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // What was there before may be millions of rows.
            if (time.GetElapsedTime(begun) < options.Value.Every)
                continue;
            await Checkpoint(_checkpoints, cancellationToken);
            begun = time.GetTimestamp();
        }

        await Checkpoint(_checkpoints, cancellationToken);
        return false;
    }

    async Task Checkpoint(Sealing.Checkpoints checkpoints, CancellationToken cancellationToken)
    {
        var more = true;
        while (more && await checkpoints.Once(cancellationToken) is { } made)
        {
            more = made.Checkpoint.Size - _size >= Sealing.Checkpoints.MostCommits;
            _size = made.Checkpoint.Size;
            await List(made, cancellationToken);
        }

        // What another replica made and did not come to note. Before the file, which is never ahead of the list then.
        await List(null, cancellationToken);
        while (_file is not null && await checkpoints.After(_file.Last, cancellationToken) is { Count: > 0 } missing)
            _file.Append(missing);
    }

    async Task List(MadeCheckpoint? made, CancellationToken cancellationToken)
    {
        if (_slices is null)
            return;
        try
        {
            if (await _slices.Write(made, cancellationToken) is { } aside)
                SetAside(log, aside);
            if (_unlisted.End() is { } lasted)
                ListedAgain(log, lasted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The checkpoint was made all the same, and the next write has what this one would have had.
            if (_unlisted.Say())
                NotListed(log, e.Message);
        }
    }

    [LoggerMessage(170, LogLevel.Warning, "No checkpoint can be made: {Fault}")]
    static partial void NotMade(ILogger log, ForeignText fault);

    [LoggerMessage(171, LogLevel.Information, "Checkpoints are made again, after {Lasted}.")]
    static partial void MadeAgain(ILogger log, TimeSpan lasted);

    [LoggerMessage(172, LogLevel.Warning, "The archive's sealed.jsonl cannot be written: {Fault}")]
    static partial void NotListed(ILogger log, ForeignText fault);

    [LoggerMessage(173, LogLevel.Information, "The archive's sealed.jsonl is written again, after {Lasted}.")]
    static partial void ListedAgain(ILogger log, TimeSpan lasted);

    [LoggerMessage(174, LogLevel.Warning,
        "The archive's sealed.jsonl ended with a checkpoint that the database has not got: that was restored. It is "
        + "{Aside} now, and another was begun.")]
    static partial void SetAside(ILogger log, ForeignText aside);
}
