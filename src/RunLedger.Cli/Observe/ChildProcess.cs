using System.Globalization;
using RunLedger.Cli.Errors;

namespace RunLedger.Cli.Observe;

/// <summary>
/// The observed command as a process. After its end no signal is sent, so that none reaches another process with its
/// id.
/// </summary>
sealed class ChildProcess(int id, bool ownGroup)
{
    readonly Lock _gate = new();
    bool _reaped;

    public int Id => id;

    /// <summary>Blocks until the command has ended.</summary>
    /// <returns>Its exit code, and the signal that ended it or 0.</returns>
    public (int ExitCode, int Signal) Wait()
    {
        Posix.WaitForExit(id);
        lock (_gate)
        {
            _reaped = true;
            if (Posix.waitpid(id, out var status, 0) != id)
                throw new CliException(
                    "the exit code of the command is lost: somebody else waited for it", ExitCodes.ObserveFailed);
            var signal = status & 0x7f;
            return signal == 0 ? ((status >> 8) & 0xff, 0) : (ExitCodes.Signalled + signal, signal);
        }
    }

    /// <summary>Signals the command, or its whole group where it has one of its own.</summary>
    public void Signal(int signal)
    {
        lock (_gate)
        {
            if (!_reaped)
                _ = Posix.kill(ownGroup ? -id : id, signal);
        }
    }

    /// <summary>
    /// Signals the command and everything it started: its group where it has one of its own, else its descendants,
    /// because the group is shared with a script or a terminal.
    /// </summary>
    public void SignalAll(int signal)
    {
        if (ownGroup)
        {
            Signal(signal);
            return;
        }

        lock (_gate)
        {
            if (_reaped)
                return;
            foreach (var one in Descendants())
                _ = Posix.kill(one, signal);
        }
    }

    /// <summary>The command, its children, theirs, and so on.</summary>
    List<int> Descendants()
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(
                folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0)
            .ToLookup(Parent);
        List<int> found = [id];
        for (var i = 0; i < found.Count; i++)
            found.AddRange(parents[found[i]]);
        return found;
    }

    static int Parent(int pid)
    {
        try
        {
            // The name before the parent id is in parentheses and may contain any character.
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
