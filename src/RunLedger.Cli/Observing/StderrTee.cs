using System.Runtime.InteropServices;

namespace RunLedger.Cli.Observing;

/// <summary>
/// The command's stderr on its way to ours, byte by byte, of which the end is remembered. Where stdout goes to the same
/// place both travel together, or their order would be lost.
/// </summary>
sealed unsafe class StderrTee
{
    const int Chunk = 64 * 1024;
    const int Remembered = 16 * 1024;

    /// <summary>What a pipe can hold at most: when the command has ended, no more than this can be its own.</summary>
    const int PipeAtMost = 1024 * 1024;

    readonly LineTail _tail = new(Remembered);
    readonly int _read, _write, _awake, _wake;
    readonly Thread _thread;
    readonly bool _withStdout;

    /// <exception cref="CliException">The process may have no more handles.</exception>
    public StderrTee()
    {
        var fds = stackalloc int[4];
        if (Posix.pipe2(fds, Posix.OCloexec) < 0 || Posix.pipe2(fds + 2, Posix.OCloexec) < 0)
            throw new CliException($"no pipe for stderr: {Marshal.GetLastPInvokeErrorMessage()}", Exit.ObserveFailed);
        (_read, _write, _awake, _wake) = (fds[0], fds[1], fds[2], fds[3]);
        _withStdout = Posix.IsInherited(Posix.Stdout) && Posix.IsSame(Posix.Stdout, Posix.Stderr);
        _thread = new Thread(Pump) { IsBackground = true, Name = "stderr" };
    }

    /// <summary>Whether there is a stderr that is no terminal: that one is never captured.</summary>
    public static bool IsWanted => Posix.IsInherited(Posix.Stderr) && !Posix.IsTerminal(Posix.Stderr);

    /// <summary>What becomes which handle of the command.</summary>
    public IReadOnlyList<(int From, int To)> Handles =>
        _withStdout ? [(_write, Posix.Stdout), (_write, Posix.Stderr)] : [(_write, Posix.Stderr)];

    /// <summary>The command has its end now, or never will.</summary>
    public void Start()
    {
        _ = Posix.close(_write);
        _thread.Start();
    }

    /// <summary>Passes on what the command, which has ended, left in the pipe.</summary>
    public IReadOnlyList<string> Finish(int lines)
    {
        _ = Posix.close(_wake);
        _thread.Join();
        return _tail.Lines(lines);
    }

    void Pump()
    {
        var buffer = (byte*)NativeMemory.Alloc(Chunk);
        var left = long.MaxValue;
        while (left > 0)
        {
            var ended = left != long.MaxValue;
            if (!Poll(ended ? 0 : -1, out var readable, out var woken))
                continue;
            if (readable)
            {
                var count = Posix.read(_read, buffer, Chunk);
                if (count < 0 && Marshal.GetLastPInvokeError() == Posix.Eintr)
                    continue;
                // Whoever reads ours has gone: the command gets the same SIGPIPE as without us.
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
                left = PipeAtMost;
        }

        // Something that the command left behind has it still: that must not lose its stderr with us.
        _ = Spawning.Start(
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

    /// <summary>False when nobody reads it any more.</summary>
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
                // Somebody else who has this handle does not want to block on it.
                var ready = new Posix.PollFd { Fd = Posix.Stderr, Events = Posix.PollOut };
                _ = Posix.poll(&ready, 1, -1);
            }
            else if (error != Posix.Eintr)
            {
                // A full disk is no reason to end the command: it would have gone on without its last words.
                return error != Posix.Epipe;
            }
        }

        return true;
    }
}
