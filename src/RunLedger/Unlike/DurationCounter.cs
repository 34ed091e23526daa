using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Unlike;

/// <summary>
/// Counts how long runs that completed and their components took, once each, and marks those that were far too fast.
/// A slice of runs is one transaction, which holds the place: of several replicas one does it, and what dies in the
/// middle has done nothing.
/// </summary>
sealed class DurationCounter(ILedgerTransactions ledger, RunLedgerOptions options, TimeProvider time)
{
    public const int SliceSize = 250;

    /// <summary>Names of components of one run that are counted.</summary>
    const int MostNames = 100;

    const string Mark = "durations";

    static readonly string Completed = $"'{RunStatus.StepCompleted.Text()}'";

    /// <param name="late">Whether it is the second pass.</param>
    /// <param name="cancellationToken">Ends it, with nothing done.</param>
    /// <returns>Whether there is more to count.</returns>
    public Task<bool> Slice(bool late, CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            if (await Take(sql, cancellationToken) is not { } place)
                return false;
            var now = Now;
            var from = place.From(late, now);
            var runs = await sql.List(
                UnlikeSql.Settled, Settled.Read, cancellationToken,
                ("at", from.At), ("id", from.RunId), ("limit", SliceSize),
                ("until", now - (late ? CountingPlace.AfterLate : CountingPlace.AfterSoon)));
            if (runs.Count == 0)
                return false;
            await Count(sql, runs.FindAll(run => run.IsNew), now, cancellationToken);
            await sql.Run(
                "update sweep_mark set value = @value where name = @name", cancellationToken,
                ("name", Mark), ("value", place.With(late, runs[^1].Point).Write()));
            return runs.Count == SliceSize;
        },
        cancellationToken);

    async Task Count(LedgerSql sql, List<Settled> runs, DateTime now, CancellationToken cancellationToken)
    {
        if (runs.Count == 0)
            return;
        var ids = runs.Select(run => run.Id).ToArray();
        var versions = await UnlikeSql.Versions(sql, ids, cancellationToken);
        var components = (await UnlikeSql.AllComponents(
            sql, ids, Completed,
            row => (row.GetGuid(0), row.GetGuid(1), (
                Run: row.GetGuid(0), Id: row.GetGuid(1), Name: row.GetString(2), Took: Seconds(row, 3))),
            cancellationToken)).ToLookup(component => component.Run);
        var parts = runs.ConvertAll(run => (run, Parts: PartsOf(run).ToList()));
        var sketches = await DurationSketches.Load(
            sql, parts.SelectMany(run => run.Parts).Select(part => part.Key), options.Unlike.NeededRuns,
            cancellationToken);
        var marks = new List<UnlikeMark>();
        foreach (var (run, of) in parts)
        {
            // Before any of them is counted: a run is compared with those before it.
            marks.AddRange(of.Select(part => UnlikeMark.OfCompleted(
                part.RunId, part.ComponentRunId, sketches.Of(part.Key), part.Seconds, now, options.Unlike))
                .OfType<UnlikeMark>());
            foreach (var part in of)
                sketches.Add(part.Key, part.Seconds, run.Point.At, options.Unlike.HalfLife);
        }

        await sketches.Save(sql, cancellationToken);
        await UnlikeSql.Mark(sql, marks, cancellationToken);
        await UnlikeSql.Counted(sql, ids, now, cancellationToken);

        IEnumerable<CountedPart> PartsOf(Settled run)
        {
            var key = new DurationKey(run.Candidate, null, versions.GetValueOrDefault(run.Id));
            if (run.Took is { } took)
                yield return new(run.Id, null, key, took);
            foreach (var component in components[run.Id].GroupBy(component => component.Name)
                .OrderBy(named => named.Key, StringComparer.Ordinal).Take(MostNames).SelectMany(named => named))
            {
                if (component.Took is { } of)
                    yield return new(run.Id, component.Id, key with { Component = component.Name }, of);
            }
        }
    }

    // Null where another replica is at it.
    static async Task<CountingPlace?> Take(LedgerSql sql, CancellationToken cancellationToken)
    {
        await sql.Run(
            "insert into sweep_mark (name, value) values (@name, '') on conflict (name) do nothing",
            cancellationToken, ("name", Mark));
        return await sql.List(
            $"select value from sweep_mark where name = @name {sql.SkipLocked}", row => row.GetString(0),
            cancellationToken, ("name", Mark)) is [var stored]
            ? CountingPlace.Read(stored)
            : null;
    }

    // Nothing where clocks disagree: how long it took is not known.
    static double? Seconds(StoredRow row, int at) =>
        (row.TimeAt(at + 1) - row.TimeAt(at))?.TotalSeconds is { } took and >= 0 ? took : null;

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));

    /// <summary>A run as it was settled.</summary>
    sealed record Settled(Guid Id, SettledPoint Point, string Candidate, double? Took, bool IsNew)
    {
        public static Settled Read(StoredRow row) => new(
            row.GetGuid(0),
            new(row.GetTime(1), row.GetGuid(0)),
            row.GetString(2),
            Seconds(row, 3),
            row.GetInt32(5) == 1);
    }
}
