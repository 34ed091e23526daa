using RunLedger.IntegrationTests.Storage.Postgres;
using RunLedger.Testing;
using RunLedger.Testing.Conformance;

namespace RunLedger.IntegrationTests.Deadlines;

/// <summary>Much to sweep, and several sweeps at once.</summary>
public sealed class SweepRaceTests() : StoreSuite(new PostgresProvider())
{
    static readonly DateTime Noon = Some.Noon.UtcDateTime;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sweeps_at_once_never_find_one_run_twice()
    {
        await Fill(5_000);

        var found = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            var mine = new List<Guid>();
            while (await Store.Sweeps.Due(Noon, Noon.AddMinutes(5), 100, Token) is { Count: > 0 } due)
                mine.AddRange(due.Select(d => d.ProcessRunId));
            return mine;
        }));

        var all = found.SelectMany(ids => ids).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(5_000, all.Count);
    }

    // Every tenth is settled, the others are due; all by the second.
    Task<List<string>> Fill(int runs) => Store.Query(
        $"""
         insert into process_run_observation
           (process_run_id, process_candidate_code, correlation_id, source_system, status, deadline_at, settled_at)
         select gen_random_uuid(), 'P', 'c', 'dot_runtime', 'started', '2026-11-01T12:00:00Z'::timestamptz -
           n * interval '1 s',
           case when n % 10 = 0 then '2026-11-01T12:00:00Z'::timestamptz + n * interval '1 s' end
         from generate_series(1, {runs}) n
         """);
}
