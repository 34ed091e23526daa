using System.Runtime.InteropServices;
using System.Text;

namespace RunLedger.Cli.Observing;

/// <summary>
/// Starts a program as a shell would: its arguments and environment byte by byte, found on the PATH and nowhere else,
/// every handle inherited but those that are replaced, and no signal ignored that was not before.
/// </summary>
static unsafe class Spawning
{
    const short SetGroup = 2;
    const short SetDefaults = 4;

    // glibc and musl need 336 bytes at most for any of the three.
    const int Opaque = 1024;

    /// <param name="arguments">The program and what it is given.</param>
    /// <param name="handles">What becomes which handle.</param>
    /// <param name="ownGroup">In a process group of its own.</param>
    /// <param name="pid">The process, when the result is 0.</param>
    /// <returns>0, or the errno that says why there is no process.</returns>
    public static int Start(
        IReadOnlyList<byte[]> arguments, IReadOnlyList<(int From, int To)> handles, bool ownGroup, out int pid)
    {
        void* actions = stackalloc byte[Opaque], attributes = stackalloc byte[Opaque],
            signals = stackalloc byte[Opaque];
        _ = Posix.posix_spawn_file_actions_init(actions);
        _ = Posix.posix_spawnattr_init(attributes);
        foreach (var (from, to) in handles)
            _ = Posix.posix_spawn_file_actions_adddup2(actions, from, to);
        // The runtime ignores it for itself, and what is ignored stays so in a child: `yes | head` would complain.
        _ = Posix.sigemptyset(signals);
        _ = Posix.sigaddset(signals, Posix.SigPipe);
        _ = Posix.posix_spawnattr_setsigdefault(attributes, signals);
        _ = Posix.posix_spawnattr_setpgroup(attributes, 0);
        _ = Posix.posix_spawnattr_setflags(attributes, (short)(SetDefaults | (ownGroup ? SetGroup : 0)));
        try
        {
            var error = Exec(arguments, actions, attributes, out pid);
            // A script without a first line that says what it is: the shell takes it for one of its own.
            return error == Posix.Enoexec && Find(arguments[0]) is { } script
                ? Exec(["/bin/sh"u8.ToArray(), script, .. arguments.Skip(1)], actions, attributes, out pid)
                : error;
        }
        finally
        {
            _ = Posix.posix_spawnattr_destroy(attributes);
            _ = Posix.posix_spawn_file_actions_destroy(actions);
        }
    }

    /// <summary>
    /// The last so many arguments of this process as they are: the runtime's own have become text, and a file name need
    /// not be any.
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

    static int Exec(IReadOnlyList<byte[]> arguments, void* actions, void* attributes, out int pid)
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

    static byte[]? Find(byte[] name)
    {
        if (name.Contains((byte)'/'))
            return name;
        var text = Encoding.UTF8.GetString(name);
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, text)).FirstOrDefault(File.Exists);
        return found is null ? null : Encoding.UTF8.GetBytes(found);
    }
}
