using System.Runtime.InteropServices;
using RunLedger.Cli.Errors;

namespace RunLedger.Cli.Observe;

/// <summary>
/// Copies the command's stderr to ours byte for byte and keeps its end. Where stdout goes to the same file, both use
/// this pipe, because their order would be lost otherwise.
/// </summary>
sealed unsafe class StderrTee
{
    const int BufferBytes = 64 * 1024;
    const int TailBytes = 16 * 1024;

    /// <summary>
    /// The most a pipe can hold: after the end of the command at most this much of it is still unread.
    /// </summary>
    const int MaxPipeBytes = 1024 * 1024;

    readonly LineTail _tail = new(TailBytes);
    readonly int _read, _write, _awake, _wake;
    readonly Thread _thread;
    readonly bool _withStdout;

    /// <exception cref="CliException">The process cannot open more handles.</exception>
    public StderrTee()
    {
        var fds = stackalloc int[4];
        if (Posix.pipe2(fds, Posix.OCloexec) < 0 || Posix.pipe2(fds + 2, Posix.OCloexec) < 0)
            throw new CliException(
                $"no pipe for stderr: {Marshal.GetLastPInvokeErrorMessage()}", ExitCodes.ObserveFailed);
        (_read, _write, _awake, _wake) = (fds[0], fds[1], fds[2], fds[3]);
        _withStdout = Posix.IsInherited(Posix.Stdout) && Posix.LeadToSameFile(Posix.Stdout, Posix.Stderr);
        _thread = new Thread(Pump) { IsBackground = true, Name = "stderr" };
    }

    /// <summary>Whether stderr is captured: never where it is a terminal.</summary>
    public static bool IsWanted => Posix.IsInherited(Posix.Stderr) && !Posix.IsTerminal(Posix.Stderr);

    /// <summary>Which handle of ours becomes which of the command.</summary>
    public IReadOnlyList<(int From, int To)> Handles =>
        _withStdout ? [(_write, Posix.Stdout), (_write, Posix.Stderr)] : [(_write, Posix.Stderr)];

    /// <summary>Call it once the command was started, or could not be.</summary>
    public void Start()
    {
        _ = Posix.close(_write);
        _thread.Start();
    }

    /// <summary>Copies the rest of the pipe after the end of the command, and returns the last lines.</summary>
    public IReadOnlyList<string> Finish(int lines)
    {
        _ = Posix.close(_wake);
        _thread.Join();
        return _tail.Lines(lines);
    }

    void Pump()
    {
        var buffer = (byte*)NativeMemory.Alloc(BufferBytes);
        var left = long.MaxValue;
        while (left > 0)
        {
            var ended = left != long.MaxValue;
            if (!Poll(ended ? 0 : -1, out var readable, out var woken))
                continue;
            if (readable)
            {
                var count = Posix.read(_read, buffer, BufferBytes);
                if (count < 0 && Marshal.GetLastPInvokeError() == Posix.Eintr)
                    continue;
                // Nobody reads our stderr any more: closing the pipe gives the command the SIGPIPE it would have had
                // without us.
                if (count <= 0 || !Write(buffer, count))
                {
                    _ = Posix.close(_read);
                    return;
                }

                _tail.Add(new ReadOnlySpan<byte>(buffer, (int)count));
                left -= ended ? count : 0;
            }
            else if (ended)
            {
                break;
            }

            if (woken && !ended)
                left = MaxPipeBytes;
        }

        // A process that the command left behind may still write: cat copies its stderr after our exit.
        _ = ProcessSpawner.Start(
            ["cat"u8.ToArray()], [(_read, Posix.Stdin), (Posix.Stderr, Posix.Stdout)], ownGroup: false, out _);
        _ = Posix.close(_read);
    }

    bool Poll(int milliseconds, out bool readable, out bool woken)
    {
        var fds = stackalloc Posix.PollFd[2];
        fds[0] = new() { Fd = _read, Events = Posix.PollIn };
        fds[1] = new() { Fd = _awake, Events = Posix.PollIn };
        var count = Posix.poll(fds, milliseconds == 0 ? 1u : 2u, milliseconds);
        (readable, woken) = (fds[0].Returned != 0, fds[1].Returned != 0);
        return count >= 0;
    }

    /// <summary>False when nobody reads our stderr any more.</summary>
    static bool Write(byte* bytes, nint count)
    {
        while (count > 0)
        {
            var written = Posix.write(Posix.Stderr, bytes, count);
            if (written >= 0)
            {
                bytes += written;
                count -= written;
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Posix.Eagain)
            {
                // Another process with this handle made it non-blocking.
                var ready = new Posix.PollFd { Fd = Posix.Stderr, Events = Posix.PollOut };
                _ = Posix.poll(&ready, 1, -1);
            }
            else if (error != Posix.Eintr)
            {
                // After another error, such as a full disk, the rest is skipped and the command goes on, as it would
                // have without us.
                return error != Posix.Epipe;
            }
        }

        return true;
    }
}
