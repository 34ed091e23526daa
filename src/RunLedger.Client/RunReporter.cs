using RunLedger.Client.Sending;

namespace RunLedger.Client;

/// <summary>Reports into the outbox; the sender takes it from there.</summary>
sealed class RunReporter(Outbox outbox) : IRunReporter
{
    readonly AsyncLocal<OpenRun?> _current = new();

    // Ending a run does not reset the AsyncLocal of the flows it was opened in: skip the runs that ended.
    public OpenRun? Current
    {
        get
        {
            var run = _current.Value;
            while (run is { IsOpen: false })
                run = run.Outer;
            return run;
        }
    }

    // Not async: an AsyncLocal that an async method sets is reset when it returns.
    public OpenRun StartRun(string candidate, RunDetails? details = null) =>
        _current.Value = new OpenRun(outbox, candidate, details ?? new RunDetails(), Current);

    public async Task Run(
        string candidate,
        Func<OpenRun, Task> work,
        RunDetails? details = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        await Run(candidate, async run =>
        {
            await work(run).ConfigureAwait(false);
            return true;
        }, details, cancellationToken).ConfigureAwait(false);
    }

    public async Task<T> Run<T>(
        string candidate,
        Func<OpenRun, Task<T>> work,
        RunDetails? details = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var run = StartRun(candidate, details);
        try
        {
            var result = await work(run).ConfigureAwait(false);
            run.Complete();
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            run.Cancel();
            throw;
        }
        catch (Exception e)
        {
            run.Fail(e);
            throw;
        }
    }
}
