using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Unlike;

/// <summary>
/// Looks at what is open, and marks what is slow. The newest of each status first, so many in a look; the next goes on
/// where it ended. Two replicas that look at once put the same marks.
/// </summary>
sealed class SlowWatch(ILedgerTransactions ledger, RunLedgerOptions options, TimeProvider time)
{
    public const int SliceSize = 500;
    const int MostSlices = 10;
    const int MostForgotten = 1_000;

    /// <summary>Longer than runs are kept by default, and long enough for what is yearly.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    static readonly (DateTime At, Guid Id) Newest = (new(9000, 1, 1, 0, 0, 0, DateTimeKind.Utc), Guid.Empty);

    static readonly RunStatus[] Statuses =
        [RunStatus.Started, RunStatus.StepStarted, RunStatus.StepCompleted, RunStatus.Stuck, RunStatus.Orphan];

    static readonly string OpenComponent = RunStatusText.SqlOf(status => status.IsOpenComponent);

    /// <summary>A run may say its version later: those that have not are asked again after so many looks.</summary>
    const int VersionsAskedEvery = 20;

    readonly Dictionary<RunStatus, (DateTime At, Guid Id)> _places = [];
    readonly ClockJump _jump = new(time);
    int _looks;
    Dictionary<Guid, string?> _versions = [];

    /// <summary>Looks at all that is open, or as much as one look does.</summary>
    public async Task Look(CancellationToken cancellationToken)
    {
        var seen = new Dictionary<Guid, string?>();
        if (_looks++ % VersionsAskedEvery == 0)
            _versions = _versions.Where(of => of.Value is not null).ToDictionary();
        // Nothing is slow because the clock was put forward; if it stays there, it is some minutes later.
        var isTrusted = _jump.Look();
        foreach (var status in Statuses)
        {
            for (var slice = 0; slice < MostSlices; slice++)
            {
                var next = await ledger.InOne(
                    sql => Slice(sql, status, seen, isTrusted, cancellationToken), cancellationToken);
                _places[status] = next ?? Newest;
                if (next is null)
                    break;
            }
        }

        _versions = seen;
        if (!isTrusted)
            return;
        await ledger.InOne(
            async sql =>
            {
                await UnlikeSql.Forget(sql, Now - Kept, MostForgotten, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    // Where the next one begins; null where there is none.
    async Task<(DateTime At, Guid Id)?> Slice(
        LedgerSql sql,
        RunStatus status,
        Dictionary<Guid, string?> seen,
        bool isTrusted,
        CancellationToken cancellationToken)
    {
        var (now, place) = (Now, _places.GetValueOrDefault(status, Newest));
        var runs = await sql.List(
            UnlikeSql.Open(status),
            row => (Id: row.GetGuid(0), Candidate: row.GetString(1), Began: row.TimeAt(2), At: row.GetTime(3)),
            cancellationToken, ("at", place.At), ("id", place.Id), ("limit", SliceSize));

        // Nothing is slow that is not open for longer than that.
        var floor = options.Unlike.SlowFloor;
        var old = runs.FindAll(run => run.Began <= now - floor).ToDictionary(run => run.Id);
        foreach (var id in old.Keys.Where(_versions.ContainsKey))
            seen[id] = _versions[id];
        foreach (var (id, version) in await UnlikeSql.Versions(
            sql, [.. old.Keys.Where(id => !seen.ContainsKey(id))], cancellationToken))
            seen[id] = version;
        var parts = old.Values
            .Select(run => (Run: run.Id, Part: (Guid?)null, Key: KeyOf(run.Id, null), Began: run.Began!.Value))
            .ToList();
        if (old.Count > 0)
        {
            parts.AddRange((await UnlikeSql.AllComponents(
                sql, [.. old.Keys], OpenComponent,
                row => (row.GetGuid(0), row.GetGuid(1), (
                    row.GetGuid(0), (Guid?)row.GetGuid(1), KeyOf(row.GetGuid(0), row.GetString(2)), row.GetTime(3))),
                cancellationToken)).Where(part => part.Item4 <= now - floor));
        }

        var sketches = await DurationSketches.Load(
            sql, parts.Select(part => part.Key), options.Unlike.NeededRuns, cancellationToken);
        var slow = parts.Select(part => UnlikeMark.OfOpen(
                part.Run, part.Part, sketches.Of(part.Key), (now - part.Began).TotalSeconds, now, options.Unlike))
            .OfType<UnlikeMark>().ToList();
        if (isTrusted)
        {
            await UnlikeSql.Mark(sql, slow, cancellationToken);
            var still = slow.Select(mark => mark.ComponentRunId).ToHashSet();
            // Also of those that began anew, in another attempt.
            foreach (var mark in await UnlikeSql.MarksOf(sql, [.. runs.Select(run => run.Id)], cancellationToken))
            {
                if (mark.Kind == UnlikeKind.Slow && !still.Contains(mark.ComponentRunId))
                    await UnlikeSql.Unmark(sql, mark, cancellationToken);
            }
        }

        return runs.Count == SliceSize ? (runs[^1].At, runs[^1].Id) : null;

        DurationKey KeyOf(Guid run, string? component) =>
            new(old[run].Candidate, component, seen.GetValueOrDefault(run));
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
