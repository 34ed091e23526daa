using System.Globalization;
using System.Runtime.InteropServices;

namespace RunLedger.Cli.Observe;

/// <summary>
/// Forwards the signals that this process receives to the command, and keeps this process alive to report its end. A
/// signal that was ignored before (nohup, a background job) stays ignored by both.
/// </summary>
sealed class SignalForwarder : IDisposable
{
    static readonly int[] Forwarded =
        [Posix.SigHup, Posix.SigInt, Posix.SigQuit, Posix.SigTerm, Posix.SigUsr1, Posix.SigUsr2];

    /// <summary>
    /// The Ctrl+C that ended the command may be delivered here only after its end, and must not cut the report short.
    /// </summary>
    static readonly TimeSpan GracePeriod = TimeSpan.FromMilliseconds(500);

    readonly Lock _gate = new();
    readonly List<int> _pending = [];
    readonly List<PosixSignalRegistration> _registrations = [];
    readonly CancellationTokenSource _stopWaiting = new();
    ChildProcess? _command;
    bool _ended;
    bool _signalledAfterEnd;
    bool _disposed;

    public SignalForwarder()
    {
        var ignored = ReadIgnoredSignals();
        foreach (var signal in Forwarded.Where(signal => (ignored >> (signal - 1) & 1) == 0))
        {
            _registrations.Add(PosixSignalRegistration.Create(ToPosixSignal(signal), context =>
            {
                context.Cancel = true;
                Handle(signal);
            }));
        }
    }

    /// <summary>Cancelled when a signal comes after the command's end: its sender does not want to wait.</summary>
    public CancellationToken StopWaiting => _stopWaiting.Token;

    /// <summary>Forwards signals to this command, including those that came before its start.</summary>
    public void ForwardTo(ChildProcess command)
    {
        lock (_gate)
        {
            _command = command;
            foreach (var signal in _pending)
                command.Signal(signal);
        }
    }

    public void CommandEnded()
    {
        lock (_gate)
            _ended = true;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        lock (_gate)
        {
            _disposed = true;
            _stopWaiting.Dispose();
        }
    }

    void Handle(int signal)
    {
        lock (_gate)
        {
            // A handler that was already running when the registrations were disposed.
            if (_disposed)
                return;
            if (_ended && _signalledAfterEnd)
                _stopWaiting.Cancel();
            else if (_ended)
                _stopWaiting.CancelAfter(GracePeriod);
            else if (_command is null)
                _pending.Add(signal);
            else if (!FromKeyboard(signal))
                _command.Signal(signal);
            _signalledAfterEnd = _ended;
        }
    }

    /// <summary>
    /// A terminal sends Ctrl+C and Ctrl+\ to its whole foreground group, and so to the command as well.
    /// </summary>
    static bool FromKeyboard(int signal) =>
        signal is Posix.SigInt or Posix.SigQuit && Posix.ForegroundGroup() == Posix.getpgrp();

    static PosixSignal ToPosixSignal(int signal) => signal switch
    {
        Posix.SigHup => PosixSignal.SIGHUP,
        Posix.SigInt => PosixSignal.SIGINT,
        Posix.SigQuit => PosixSignal.SIGQUIT,
        Posix.SigTerm => PosixSignal.SIGTERM,
        _ => (PosixSignal)signal,
    };

    static ulong ReadIgnoredSignals()
    {
        const string name = "SigIgn:";
        try
        {
            var line = File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith(name, StringComparison.Ordinal));
            return ulong.Parse(line.AsSpan(name.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
