using RunLedger.Folding;
using RunLedger.Intake;

namespace RunLedger.Service.Dossier;

/// <summary>
/// Failures by component and the shape of their error, of which those with the most are listed. Where there are more
/// groups than are counted, those of the least fingerprints are: which they are does not depend on the order in which
/// failures come.
/// </summary>
sealed class FailureTally(string candidate)
{
    public const int MostGroups = 20_000;
    public const int MostListed = 1_000;

    /// <summary>Texts whose group is remembered; most come again.</summary>
    const int MostTexts = 1_000;

    readonly Dictionary<string, Group> _groups = [];
    readonly SortedSet<string> _fingerprints = new(StringComparer.Ordinal);
    readonly Dictionary<(string?, string?), (string Fingerprint, string Shape)> _known = [];
    long _count;

    public void Add(string? component, string? error, long at)
    {
        _count++;
        var (fingerprint, shape) = Known(component, error);
        if (!_groups.TryGetValue(fingerprint, out var group))
        {
            if (_groups.Count == MostGroups)
            {
                if (string.CompareOrdinal(fingerprint, _fingerprints.Max) > 0)
                    return;
                _groups.Remove(_fingerprints.Max!);
                _fingerprints.Remove(_fingerprints.Max!);
            }

            _fingerprints.Add(fingerprint);
            _groups[fingerprint] = group = new(component, shape);
        }

        group.Count++;
        group.First = Math.Min(group.First, at);
        group.Last = Math.Max(group.Last, at);
    }

    (string Fingerprint, string Shape) Known(string? component, string? error)
    {
        if (_known.TryGetValue((component, error), out var known))
            return known;
        if (_known.Count == MostTexts)
            _known.Clear();
        var shape = ErrorShape.Of(error);
        return _known[(component, error)] = (ErrorShape.Fingerprint(candidate, component, shape), shape);
    }

    /// <summary>The groups; how many others were counted, and how many failures are in none that is listed.</summary>
    public (IReadOnlyList<FailureFigures> Groups, int GroupsNotListed, long NotListed) Listed()
    {
        List<FailureFigures> listed =
        [
            .. _groups.OrderByDescending(group => group.Value.Count)
                .ThenBy(group => group.Key, StringComparer.Ordinal)
                .Take(MostListed)
                .Select(group => new FailureFigures
                {
                    Fingerprint = group.Key,
                    Component = group.Value.Component,
                    Error = group.Value.Shape,
                    Count = group.Value.Count,
                    FirstAt = LedgerTime.Time(group.Value.First),
                    LastAt = LedgerTime.Time(group.Value.Last),
                }),
        ];
        return (listed, _groups.Count - listed.Count, _count - listed.Sum(group => group.Count));
    }

    sealed class Group(string? component, string shape)
    {
        public string? Component { get; } = component;
        public string Shape { get; } = shape;
        public long Count { get; set; }
        public long First { get; set; } = long.MaxValue;
        public long Last { get; set; } = long.MinValue;
    }
}
