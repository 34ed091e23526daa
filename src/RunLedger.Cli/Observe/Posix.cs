using System.Runtime.InteropServices;

namespace RunLedger.Cli.Observe;

/// <summary>
/// The parts of Linux that .NET does not offer: exact exit statuses, process groups, spawning with inherited handles.
/// </summary>
static unsafe partial class Posix
{
    public const int Enoent = 2;
    public const int Eintr = 4;
    public const int Enoexec = 8;
    public const int Eagain = 11;
    public const int Eacces = 13;
    public const int Epipe = 32;

    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigUsr1 = 10;
    public const int SigUsr2 = 12;
    public const int SigPipe = 13;
    public const int SigTerm = 15;
    public const int SigCont = 18;

    public const int Stdin = 0;
    public const int Stdout = 1;
    public const int Stderr = 2;

    public const short PollIn = 1;
    public const short PollOut = 4;

    public const int OCloexec = 0x80000;
    const int ORdwr = 2;
    const int FGetFd = 1;
    const int FdCloexec = 1;
    const int WExited = 4;
    const int WNoWait = 0x0100_0000;
    const int PPid = 1;

    /// <summary>
    /// Whether the handle was inherited. A number that was free may belong to a handle of the runtime by now, but those
    /// are all closed on exec.
    /// </summary>
    public static bool IsInherited(int fd) => fcntl(fd, FGetFd, 0) is var flags and >= 0 && (flags & FdCloexec) == 0;

    public static bool IsTerminal(int fd) => isatty(fd) == 1;

    /// <summary>Whether both lead to the same file, so that the order of what is written matters.</summary>
    public static bool LeadToSameFile(int one, int other)
    {
        var (first, second) = (Target(one), Target(other));
        return first is not null && first == second;

        static string? Target(int fd) => new FileInfo($"/proc/self/fd/{fd}").LinkTarget;
    }

    /// <summary>
    /// The foreground process group of the terminal that can send this process signals; null without one.
    /// </summary>
    public static int? ForegroundGroup()
    {
        var terminal = open("/dev/tty", ORdwr | OCloexec);
        if (terminal < 0)
            return null;
        var group = tcgetpgrp(terminal);
        _ = close(terminal);
        return group;
    }

    /// <summary>Waits for the end of a child and leaves it a zombie, so that its id is not used again.</summary>
    public static void WaitForExit(int pid)
    {
        // siginfo_t; its contents are not used.
        var info = stackalloc byte[128];
        while (waitid(PPid, pid, info, WExited | WNoWait) < 0 && Marshal.GetLastPInvokeError() == Eintr)
        {
        }
    }

    /// <summary>Ends this process by the signal, as if it had no handler for it.</summary>
    public static void RaiseDefault(int signal)
    {
        Posix.signal(signal, 0);
        _ = kill(Environment.ProcessId, signal);
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollFd* fds, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int pipe2(int* fds, int flags);

    [LibraryImport("libc")]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc")]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    public static partial int getpgrp();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int unsetenv(string name);

    [LibraryImport("libc")]
    public static partial int posix_spawnp(
        out int pid, byte* file, void* actions, void* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(void* actions, int from, int to);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setpgroup(void* attributes, int group);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport("libc")]
    public static partial int sigemptyset(void* signals);

    [LibraryImport("libc")]
    public static partial int sigaddset(void* signals, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitid(int type, int pid, byte* info, int options);

    [LibraryImport("libc")]
    private static partial nint signal(int signal, nint handler);

    [LibraryImport("libc")]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc")]
    private static partial int isatty(int fd);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int tcgetpgrp(int fd);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }
}
