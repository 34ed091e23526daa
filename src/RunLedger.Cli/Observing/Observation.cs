using System.Runtime.InteropServices;

namespace RunLedger.Cli.Observing;

/// <summary>One command from its start to its end. The ledger is told beside it.</summary>
sealed class Observation(ObserveOptions options, ObservedCommand about, Reporting reporting, TimeProvider time)
{
    TimeSpan? _timedOut;

    /// <returns>The exit code for our own caller.</returns>
    public static async Task<int> Run(ObserveOptions options, string[] command, TimeProvider time)
    {
        try
        {
            var about = new ObservedCommand(options, RunVariables.Read(), command[0], time);
            await using var reporting = new Reporting(options, time);
            return await new Observation(options, about, reporting, time).Run(command);
        }
        catch (CliException e)
        {
            Say(e.Message);
            return e.ExitCode;
        }
    }

    async Task<int> Run(string[] command)
    {
        using var signals = new ForwardedSignals();
        about.Variables.Export(options.Address);
        var tee = options.Tail > 0 && StderrTee.IsWanted ? new StderrTee() : null;
        // Where a terminal watches, its signals must find the command in our group. Elsewhere a group of its own can be
        // ended whole.
        var ownGroup = options.Timeout is not null && Posix.Foreground() is null;
        var started = time.GetUtcNow();
        var error = Spawning.Start(Spawning.RawArguments(command), tee?.Handles ?? [], ownGroup, out var pid);
        var child = error == 0 ? new ChildProcess(pid, ownGroup) : null;
        if (child is not null)
            signals.To(child);
        tee?.Start();
        reporting.Report(about.Started(started, child?.Id));
        var ending = child is null ? NotStarted(error) : Await(child);
        if (ending.Fault is not null)
            Say($"{command[0]}: {ending.Fault}");
        signals.End();
        ending = ending with { Stderr = tee?.Finish(options.Tail) };
        reporting.Report(about.Ended(time.GetUtcNow(), ending));
        var (lost, left) = await reporting.Finish(signals.Hurry);
        // Silent unless something is lost: whoever reads the command's stderr expects nothing else in it.
        if ((lost ?? (options.Verbose ? left : null)) is { } words)
            Say($"{options.Address.Shown}: {words}");

        // A shell ends its script at Ctrl+C only when it sees that its child was ended by it.
        if (ending.Signal == Posix.SigInt && _timedOut is null)
            Posix.Die(Posix.SigInt);
        return ending.TimedOut is not null && ending.Signal != Posix.SigKill ? Exit.TimedOut : ending.ExitCode;
    }

    Ending Await(ChildProcess child)
    {
        var started = time.GetTimestamp();
        using var heartbeat = options.Heartbeat > TimeSpan.Zero
            ? time.CreateTimer(
                _ => reporting.Report(about.Alive(time.GetUtcNow(), time.GetElapsedTime(started))),
                null,
                options.Heartbeat,
                options.Heartbeat)
            : null;
        using var kill = time.CreateTimer(
            _ => child.SignalAll(Posix.SigKill), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var timeout = time.CreateTimer(
            _ => TimeIsOver(), null, options.Timeout ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var (exitCode, signal) = child.Wait();
        return new(exitCode, signal, _timedOut);

        void TimeIsOver()
        {
            _timedOut = options.Timeout;
            child.SignalAll(Posix.SigTerm);
            // One that is stopped would not hear it.
            child.SignalAll(Posix.SigCont);
            kill.Change(options.KillAfter, Timeout.InfiniteTimeSpan);
        }
    }

    static Ending NotStarted(int error) => error switch
    {
        Posix.Enoent => new(Exit.NotFound, Fault: "command not found"),
        _ => new(Exit.NotExecutable, Fault: $"cannot be executed: {Marshal.GetPInvokeErrorMessage(error)}"),
    };

    static void Say(string text)
    {
        if (Posix.IsInherited(Posix.Stderr))
            Console.Error.WriteLine($"runledger: {text}");
    }
}
