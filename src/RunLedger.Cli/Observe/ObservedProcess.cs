using System.Runtime.InteropServices;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Output;

namespace RunLedger.Cli.Observe;

/// <summary>Runs one command from its start to its end, and reports it without delaying it.</summary>
sealed class ObservedProcess(
    ObserveOptions options, CommandObservations observations, ObservationReporter reporting, TimeProvider time)
{
    TimeSpan? _timedOut;

    /// <returns>The exit code of this process.</returns>
    public static async Task<int> Run(ObserveOptions options, string[] command, TimeProvider time)
    {
        try
        {
            var observations = new CommandObservations(options, RunEnvironment.Read(), command[0], time);
            await using var reporting = new ObservationReporter(options, time);
            return await new ObservedProcess(options, observations, reporting, time).Run(command);
        }
        catch (CliException e)
        {
            WriteError(e.Message);
            return e.ExitCode;
        }
    }

    async Task<int> Run(string[] command)
    {
        using var signals = new SignalForwarder();
        observations.Variables.Export(options.Address);
        var tee = options.Tail > 0 && StderrTee.IsWanted ? new StderrTee() : null;
        // With a terminal the command stays in our group, where the terminal's signals reach it. Else it gets its own,
        // to be ended whole.
        var ownGroup = options.Timeout is not null && Posix.ForegroundGroup() is null;
        var started = time.GetUtcNow();
        var error = ProcessSpawner.Start(
            ProcessSpawner.RawArguments(command), tee?.Handles ?? [], ownGroup, out var pid);
        var child = error == 0 ? new ChildProcess(pid, ownGroup) : null;
        if (child is not null)
            signals.ForwardTo(child);
        tee?.Start();
        reporting.Report(observations.Started(started, child?.Id));
        var outcome = child is null ? NotStarted(error) : WaitForExit(child);
        if (outcome.StartError is not null)
            WriteError($"{command[0]}: {outcome.StartError}");
        signals.CommandEnded();
        outcome = outcome with { Stderr = tee?.Finish(options.Tail) };
        reporting.Report(observations.Ended(time.GetUtcNow(), outcome));
        var (lost, left) = await reporting.Finish(signals.StopWaiting);
        // Silent unless something is lost: stderr belongs to the command.
        if ((lost ?? (options.Verbose ? left : null)) is { } words)
            WriteError($"{options.Address.DisplayText}: {words}");

        // A shell ends its script at Ctrl+C only if its child was ended by that signal.
        if (outcome.Signal == Posix.SigInt && _timedOut is null)
            Posix.RaiseDefault(Posix.SigInt);
        return outcome.TimedOut is not null && outcome.Signal != Posix.SigKill ? ExitCodes.TimedOut : outcome.ExitCode;
    }

    CommandOutcome WaitForExit(ChildProcess child)
    {
        var started = time.GetTimestamp();
        using var heartbeat = options.Heartbeat > TimeSpan.Zero
            ? time.CreateTimer(
                _ => reporting.Report(observations.Heartbeat(time.GetUtcNow(), time.GetElapsedTime(started))),
                null,
                options.Heartbeat,
                options.Heartbeat)
            : null;
        using var kill = time.CreateTimer(
            _ => child.SignalAll(Posix.SigKill), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var timeout = time.CreateTimer(
            _ => OnTimeout(), null, options.Timeout ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var (exitCode, signal) = child.Wait();
        return new(exitCode, signal, _timedOut);

        void OnTimeout()
        {
            _timedOut = options.Timeout;
            child.SignalAll(Posix.SigTerm);
            // A stopped process receives SIGTERM only when it continues.
            child.SignalAll(Posix.SigCont);
            kill.Change(options.KillAfter, Timeout.InfiniteTimeSpan);
        }
    }

    static CommandOutcome NotStarted(int error) => error switch
    {
        Posix.Enoent => new(ExitCodes.NotFound, StartError: "command not found"),
        _ => new(ExitCodes.NotExecutable, StartError: $"cannot be executed: {Marshal.GetPInvokeErrorMessage(error)}"),
    };

    static void WriteError(string text)
    {
        if (Posix.IsInherited(Posix.Stderr))
            Console.Error.WriteLine($"runledger: {TerminalText.Sanitize(text)}");
    }
}
