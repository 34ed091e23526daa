using RunLedger.Storage;

namespace RunLedger.Unlike;

/// <summary>Sketches by their keys, as they are stored.</summary>
sealed class DurationSketches(int needed)
{
    /// <summary>Of one candidate; the oldest are forgotten.</summary>
    public const int MostVersions = 20;

    /// <summary>Of one candidate, components and versions together; the oldest are forgotten.</summary>
    public const int MostOfCandidate = 500;

    readonly Dictionary<DurationKey, DurationSketch> _sketches = [];
    readonly HashSet<DurationKey> _changed = [];
    readonly HashSet<string> _grown = [];

    /// <summary>Reads those that are stored of some keys, and of the same for all versions.</summary>
    public static async Task<DurationSketches> Load(
        LedgerSql sql, IEnumerable<DurationKey> keys, int needed, CancellationToken cancellationToken)
    {
        var sketches = new DurationSketches(needed);
        var byId = keys.SelectMany(key => (DurationKey[])[key, key.OfAllVersions]).Distinct()
            .ToDictionary(key => key.Id);
        if (byId.Count == 0)
            return sketches;
        foreach (var (id, stored) in await sql.List(
            $"select sketch_id, buckets from duration_sketch where {sql.IsOneOf("sketch_id", "@ids")}",
            row => (row.GetGuid(0), row.BytesAt(1)!), cancellationToken, ("ids", byId.Keys.ToArray())))
            sketches._sketches[byId[id]] = DurationSketch.Read(stored);
        return sketches;
    }

    /// <summary>Those before one: of its version where they are enough, else of all.</summary>
    public Usual Of(DurationKey key) =>
        key.Version is not null && _sketches.GetValueOrDefault(key) is { } own && own.Count >= needed
            ? new(key, own, needed)
            : new(
                key.OfAllVersions, _sketches.GetValueOrDefault(key.OfAllVersions) ?? new DurationSketch(), needed);

    public void Add(DurationKey key, double seconds, DateTime at, TimeSpan halfLife)
    {
        One(key.OfAllVersions).Add(seconds, at, halfLife);
        if (key.Version is not null)
            One(key).Add(seconds, at, halfLife);
    }

    /// <summary>Stores what was changed, and forgets the oldest where a candidate has too many.</summary>
    public async Task Save(LedgerSql sql, CancellationToken cancellationToken)
    {
        foreach (var key in _changed)
        {
            await sql.Run(
                """
                insert into duration_sketch (sketch_id, candidate, component, version, latest_at, buckets)
                values (@id, @candidate, @component, @version, @latest, @buckets)
                on conflict (sketch_id) do update set latest_at = excluded.latest_at, buckets = excluded.buckets
                """,
                cancellationToken,
                ("id", key.Id), ("candidate", key.Candidate), ("component", key.Component), ("version", key.Version),
                ("latest", _sketches[key].LatestAt), ("buckets", _sketches[key].Write()));
        }

        foreach (var candidate in _grown)
        {
            await sql.Run(
                """
                delete from duration_sketch where candidate = @candidate and version is not null
                  and version not in (
                    select version from duration_sketch where candidate = @candidate and version is not null
                    group by version order by max(latest_at) desc, version limit @most)
                """,
                cancellationToken, ("candidate", candidate), ("most", MostVersions));
            await sql.Run(
                """
                delete from duration_sketch where candidate = @candidate and sketch_id not in (
                  select sketch_id from duration_sketch where candidate = @candidate
                  order by case when component is null then 0 else 1 end, latest_at desc, sketch_id limit @most)
                """,
                cancellationToken, ("candidate", candidate), ("most", MostOfCandidate));
        }
    }

    DurationSketch One(DurationKey key)
    {
        _changed.Add(key);
        if (_sketches.TryGetValue(key, out var known))
            return known;
        _grown.Add(key.Candidate);
        return _sketches[key] = new();
    }
}
