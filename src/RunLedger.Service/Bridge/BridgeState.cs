using System.Collections.Concurrent;

namespace RunLedger.Service.Bridge;

/// <summary>What this process last found when it read the sources.</summary>
sealed class BridgeState
{
    readonly ConcurrentDictionary<string, string> _faults = new(StringComparer.Ordinal);

    /// <summary>Why sources are not read as they should be; empty while all is well.</summary>
    public IEnumerable<string> Faults =>
        _faults.OrderBy(fault => fault.Key, StringComparer.Ordinal).Select(fault => $"{fault.Key}: {fault.Value}");

    /// <summary>Whether that is news.</summary>
    public bool Set(string source, string? fault)
    {
        var before = _faults.GetValueOrDefault(source);
        if (fault is null)
            _faults.TryRemove(source, out _);
        else
            _faults[source] = fault;
        return before != fault;
    }
}
