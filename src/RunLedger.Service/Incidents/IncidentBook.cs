using RunLedger.Service.Channels;

namespace RunLedger.Service.Incidents;

/// <summary>The incidents of which something may be to tell, in one look; what changed is written at its end.</summary>
sealed class IncidentBook
{
    /// <summary>More than that at a time tell nobody more: then none begins.</summary>
    public const int Most = 10_000;

    /// <summary>More groups than that say no more.</summary>
    const int MostGroups = 50;

    /// <summary>One look writes no more of what the next can as well: its transaction holds the place of all.</summary>
    const int MostChanges = 500;

    readonly HashSet<Guid> _touched = [];
    readonly Dictionary<Guid, Incident> _all;
    readonly Dictionary<(string Rule, string Candidate), Guid> _lasting;
    Dictionary<Guid, Incident> _before;

    public IncidentBook(IReadOnlyCollection<Incident> undone)
    {
        _before = undone.ToDictionary(incident => incident.Id);
        _all = new(_before);
        _lasting = undone.Where(incident => incident.RecoveredAt is null)
            .ToDictionary(incident => (incident.Rule, incident.Candidate), incident => incident.Id);
    }

    /// <summary>In the order in which they began; of one time in that in which they came.</summary>
    public IReadOnlyList<Incident> All => [.. _all.Values.OrderBy(incident => incident.BeganAt)];

    /// <summary>Those that are not as they were read, and whether each is new.</summary>
    public IReadOnlyList<(Incident Incident, bool IsNew)> Changed =>
    [
        .. All
            .Where(incident => !_before.TryGetValue(incident.Id, out var before) || !ReferenceEquals(before, incident))
            .Select(incident => (incident, !_before.ContainsKey(incident.Id))),
    ];

    /// <summary>Whether this look may begin and end more, where another look would find it too.</summary>
    public bool HasRoom => _touched.Count < MostChanges;

    public IEnumerable<Incident> Lasting => _lasting.Values.Select(id => _all[id]).ToList();

    public Incident? Find(string rule, string candidate) =>
        _lasting.TryGetValue((rule, candidate), out var id) ? _all[id] : null;

    /// <summary>It is so: an incident begins, or goes on.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="condition">The rule's.</param>
    /// <param name="finding">Of whom, and what is said.</param>
    /// <param name="at">Since when, where it begins.</param>
    public void Holds(string rule, string condition, Finding finding, DateTime at)
    {
        if (Find(rule, finding.Candidate) is not { } known)
        {
            if (_all.Count >= Most)
                return;
            var id = Guid.CreateVersion7(new DateTimeOffset(at));
            _lasting[(rule, finding.Candidate)] = id;
            Put(new()
            {
                Id = id,
                Rule = rule,
                Condition = condition,
                Candidate = finding.Candidate,
                BeganAt = at,
                Said = finding.Said,
                Groups = finding.Groups,
                RunId = finding.RunId,
            });
            return;
        }

        var groups = With(known.Groups, finding.Groups);
        var run = finding.RunId ?? known.RunId;
        if (known.Said != finding.Said || known.RunId != run
            || !known.Groups.Select(group => group.Fingerprint).SequenceEqual(
                groups.Select(group => group.Fingerprint)))
            // Words do not count as touched: those of many that last would leave no room for what begins and ends.
            _all[known.Id] = known with { Said = finding.Said, RunId = run, Groups = groups };
    }

    /// <summary>It is so no more.</summary>
    public void Ends(string rule, string candidate, DateTime at)
    {
        if (Find(rule, candidate) is not { } known)
            return;
        _lasting.Remove((rule, candidate));
        Put(known with { RecoveredAt = at > known.BeganAt ? at : known.BeganAt });
    }

    /// <summary>Nobody asks any more whether it is so.</summary>
    public void Withdraw(Incident incident, DateTime at)
    {
        Ends(incident.Rule, incident.Candidate, at);
        Put(_all[incident.Id] with { Said = Conditions.Withdrawn, Done = incident.ToldAt is null });
    }

    public void Put(Incident incident)
    {
        _all[incident.Id] = incident;
        _touched.Add(incident.Id);
    }

    /// <summary>What changed is written; what changes from now on is to be written again.</summary>
    public void Written() => _before = new(_all);

    // Of too many the oldest go that are not of now, so that what is so with every look stays as it is.
    static List<MessageGroup> With(IReadOnlyList<MessageGroup> known, IReadOnlyList<MessageGroup> found)
    {
        var groups = known.Concat(found).DistinctBy(group => group.Fingerprint).ToList();
        var now = found.Select(group => group.Fingerprint).ToHashSet();
        for (var at = 0; groups.Count > MostGroups && at < groups.Count;)
        {
            if (now.Contains(groups[at].Fingerprint))
                at++;
            else
                groups.RemoveAt(at);
        }

        return groups.Count > MostGroups ? groups[^MostGroups..] : groups;
    }
}
