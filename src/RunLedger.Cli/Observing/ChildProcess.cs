using System.Globalization;

namespace RunLedger.Cli.Observing;

/// <summary>
/// The command, from its start to its exit status. A signal for it never reaches whoever has its id afterwards.
/// </summary>
sealed class ChildProcess(int id, bool ownGroup)
{
    readonly Lock _gate = new();
    bool _gone;

    public int Id => id;

    /// <summary>Blocks until it has ended.</summary>
    /// <returns>Its exit code, and the signal that ended it or 0.</returns>
    public (int ExitCode, int Signal) Wait()
    {
        Posix.AwaitEnd(id);
        lock (_gate)
        {
            _gone = true;
            if (Posix.waitpid(id, out var status, 0) != id)
                throw new CliException(
                    "the exit code of the command is lost: somebody else waited for it", Exit.ObserveFailed);
            var signal = status & 0x7f;
            return signal == 0 ? ((status >> 8) & 0xff, 0) : (Exit.Signalled + signal, signal);
        }
    }

    /// <summary>
    /// To the command; in a group of its own to all of that, since who signals our group does not reach it.
    /// </summary>
    public void Signal(int signal)
    {
        lock (_gate)
        {
            if (!_gone)
                _ = Posix.kill(ownGroup ? -id : id, signal);
        }
    }

    /// <summary>
    /// To the command and all that it started. Where it shares our group with a terminal's other jobs or a script, its
    /// descendants are looked for instead.
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
            if (_gone)
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
            // The name before it is in parentheses and may hold anything.
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
