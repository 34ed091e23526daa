using System.Runtime.InteropServices;
using System.Text;

namespace RunLedger.Cli.Observe;

/// <summary>
/// Starts a program as a shell does: arguments and environment byte for byte, found on the PATH only, every handle
/// inherited except those replaced, and no more signals ignored than before.
/// </summary>
static unsafe class ProcessSpawner
{
    const short SetProcessGroup = 2;
    const short SetDefaultSignals = 4;

    // glibc and musl need 336 bytes at most for any of the three.
    const int OpaqueStructBytes = 1024;

    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="handles">Which handle of ours becomes which of the program.</param>
    /// <param name="ownGroup">Whether the process gets a group of its own.</param>
    /// <param name="pid">The process, when the result is 0.</param>
    /// <returns>0, or the errno that says why there is no process.</returns>
    public static int Start(
        IReadOnlyList<byte[]> arguments, IReadOnlyList<(int From, int To)> handles, bool ownGroup, out int pid)
    {
        void* actions = stackalloc byte[OpaqueStructBytes], attributes = stackalloc byte[OpaqueStructBytes],
            signals = stackalloc byte[OpaqueStructBytes];
        _ = Posix.posix_spawn_file_actions_init(actions);
        _ = Posix.posix_spawnattr_init(attributes);
        foreach (var (from, to) in handles)
            _ = Posix.posix_spawn_file_actions_adddup2(actions, from, to);
        // The runtime ignores SIGPIPE, and a child would inherit that: `yes | head` would print an error.
        _ = Posix.sigemptyset(signals);
        _ = Posix.sigaddset(signals, Posix.SigPipe);
        _ = Posix.posix_spawnattr_setsigdefault(attributes, signals);
        _ = Posix.posix_spawnattr_setpgroup(attributes, 0);
        _ = Posix.posix_spawnattr_setflags(attributes, (short)(SetDefaultSignals | (ownGroup ? SetProcessGroup : 0)));
        try
        {
            var error = Spawn(arguments, actions, attributes, out pid);
            // A script without #! is run by the shell.
            return error == Posix.Enoexec && FindOnPath(arguments[0]) is { } script
                ? Spawn(["/bin/sh"u8.ToArray(), script, .. arguments.Skip(1)], actions, attributes, out pid)
                : error;
        }
        finally
        {
            _ = Posix.posix_spawnattr_destroy(attributes);
            _ = Posix.posix_spawn_file_actions_destroy(actions);
        }
    }

    /// <summary>
    /// The last arguments of this process as bytes: the runtime has decoded its own, and a file name need not be valid
    /// UTF-8.
    /// </summary>
    public static IReadOnlyList<byte[]> RawArguments(IReadOnlyList<string> texts)
    {
        try
        {
            List<byte[]> raw = [];
            var rest = File.ReadAllBytes("/proc/self/cmdline").AsSpan();
            for (int end; (end = rest.IndexOf((byte)0)) >= 0; rest = rest[(end + 1)..])
                raw.Add(rest[..end].ToArray());
            if (raw.Count > texts.Count)
                return raw[^texts.Count..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc in this container.
        }

        return [.. texts.Select(Encoding.UTF8.GetBytes)];
    }

    static int Spawn(IReadOnlyList<byte[]> arguments, void* actions, void* attributes, out int pid)
    {
        var argv = (byte**)NativeMemory.AllocZeroed((nuint)(arguments.Count + 1), (nuint)sizeof(byte*));
        try
        {
            foreach (var (i, argument) in arguments.Index())
            {
                argv[i] = (byte*)NativeMemory.AllocZeroed((nuint)argument.Length + 1);
                argument.CopyTo(new Span<byte>(argv[i], argument.Length));
            }

            var environment = *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");
            return Posix.posix_spawnp(out pid, argv[0], actions, attributes, argv, environment);
        }
        finally
        {
            for (var i = 0; i < arguments.Count; i++)
                NativeMemory.Free(argv[i]);
            NativeMemory.Free(argv);
        }
    }

    static byte[]? FindOnPath(byte[] name)
    {
        if (name.Contains((byte)'/'))
            return name;
        var text = Encoding.UTF8.GetString(name);
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, text)).FirstOrDefault(File.Exists);
        return found is null ? null : Encoding.UTF8.GetBytes(found);
    }
}
