using System.Globalization;
using System.Runtime.InteropServices;

namespace RunLedger.Cli.Observing;

/// <summary>
/// Signals given to this process go to the command, and this process lives on to report what came of it. What was
/// ignored before (nohup, a job in the background) stays so, for both.
/// </summary>
sealed class ForwardedSignals : IDisposable
{
    static readonly int[] Forwarded =
        [Posix.SigHup, Posix.SigInt, Posix.SigQuit, Posix.SigTerm, Posix.SigUsr1, Posix.SigUsr2];

    /// <summary>
    /// A Ctrl+C that the command died of may be heard of only after its end: that one is no reason not to report it.
    /// </summary>
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    readonly Lock _gate = new();
    readonly List<int> _early = [];
    readonly List<PosixSignalRegistration> _registrations = [];
    readonly CancellationTokenSource _hurry = new();
    ChildProcess? _command;
    bool _ended;
    bool _late;
    bool _over;

    public ForwardedSignals()
    {
        var ignored = Ignored();
        foreach (var signal in Forwarded.Where(signal => (ignored >> (signal - 1) & 1) == 0))
        {
            _registrations.Add(PosixSignalRegistration.Create(Portable(signal), context =>
            {
                context.Cancel = true;
                Take(signal);
            }));
        }
    }

    /// <summary>A signal came after the command's end: whoever sent it does not want to wait.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>From now on to this command, which has just started; what came before that, too.</summary>
    public void To(ChildProcess command)
    {
        lock (_gate)
        {
            _command = command;
            foreach (var signal in _early)
                command.Signal(signal);
        }
    }

    public void End()
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
            _over = true;
            _hurry.Dispose();
        }
    }

    void Take(int signal)
    {
        lock (_gate)
        {
            // A handler that was on its way when they were given up.
            if (_over)
                return;
            if (_ended && _late)
                _hurry.Cancel();
            else if (_ended)
                _hurry.CancelAfter(Grace);
            else if (_command is null)
                _early.Add(signal);
            else if (!FromKeyboard(signal))
                _command.Signal(signal);
            _late = _ended;
        }
    }

    /// <summary>
    /// A terminal's Ctrl+C and Ctrl+\ go to its whole foreground group: the command has had them already.
    /// </summary>
    static bool FromKeyboard(int signal) =>
        signal is Posix.SigInt or Posix.SigQuit && Posix.Foreground() == Posix.getpgrp();

    static PosixSignal Portable(int signal) => signal switch
    {
        Posix.SigHup => PosixSignal.SIGHUP,
        Posix.SigInt => PosixSignal.SIGINT,
        Posix.SigQuit => PosixSignal.SIGQUIT,
        Posix.SigTerm => PosixSignal.SIGTERM,
        _ => (PosixSignal)signal,
    };

    static ulong Ignored()
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
