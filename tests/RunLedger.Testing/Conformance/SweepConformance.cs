using RunLedger.Deadlines;
using RunLedger.Folding;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What sweeps find in either store.</summary>
public abstract class SweepConformance(Provider provider) : StoreSuite(provider)
{
    static readonly DateTime Noon = Some.Noon.UtcDateTime;
    static readonly DateTime Later = Noon.AddHours(1);

    ISweepStore Sweeps => Store.Sweeps;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_longest_due_come_first_and_each_once_until_its_lease_is_over()
    {
        var (old, older, future) = (Some.Run(), Some.Run(), Some.Run());
        await Insert(old, "started", deadline: Noon.AddMinutes(-1));
        await Insert(older, "started", deadline: Noon.AddMinutes(-2));
        await Insert(future, "started", deadline: Noon.AddMinutes(1));

        var first = await Sweeps.Due(Noon, Later, 1, Token);
        var second = await Sweeps.Due(Noon, Later, 10, Token);
        var none = await Sweeps.Due(Noon, Later, 10, Token);
        var again = await Sweeps.Due(Later, Later.AddHours(1), 10, Token);

        Assert.Equal((older.Id, Noon.AddMinutes(-2)), (Assert.Single(first).ProcessRunId, first[0].DueAt));
        Assert.Equal(old.Id, Assert.Single(second).ProcessRunId);
        Assert.Empty(none);
        Assert.Equal(3, again.Count);
    }

    [Fact]
    public async Task A_parent_is_known_by_its_id_or_an_alias()
    {
        var (none, unknown, known, alias) = (Some.Run(), Some.Run(), Some.Run(), Some.Run());
        await Insert(none, "started", deadline: Noon);
        await Insert(unknown, "started", deadline: Noon, parent: Guid.CreateVersion7());
        await Insert(known, "started", deadline: Noon, parent: none.Id);
        var other = Guid.CreateVersion7();
        await Store.Query($"insert into process_run_alias (alias_id, process_run_id) values ('{other}', '{none.Id}')");
        await Insert(alias, "started", deadline: Noon, parent: other);

        var due = (await Sweeps.Due(Noon, Later, 10, Token)).ToDictionary(d => d.ProcessRunId, d => d.ParentKnown);

        Assert.Equal((null, false, true, true), (due[none.Id], due[unknown.Id], due[known.Id], due[alias.Id]));
    }

    [Fact]
    public async Task Open_components_are_those_of_runs_that_ended_in_slices_that_go_on()
    {
        var (first, second, running) = (Some.Run(), Some.Run(), Some.Run());
        await Insert(first, "completed", settled: Noon);
        await Insert(second, "failed", settled: Noon.AddSeconds(1));
        await Insert(running, "stuck", settled: Noon.AddSeconds(2));
        var open = Guid.CreateVersion7();
        await Component(second, open, "step_started");
        await Component(second, Guid.CreateVersion7(), "step_completed");
        await Component(running, Guid.CreateVersion7(), "step_started");

        var one = await Sweeps.Settled(new(DateTime.UnixEpoch, Guid.Empty), Later, 1, Token);
        var two = await Sweeps.Settled(one.Last!.Value, Later, 10, Token);
        var end = await Sweeps.Settled(two.Last!.Value, Later, 10, Token);
        var early = await Sweeps.Settled(new(DateTime.UnixEpoch, Guid.Empty), Noon.AddSeconds(-1), 10, Token);

        Assert.Empty(one.Open);
        Assert.Equal(first.Id, one.Last.Value.RunId);
        Assert.Equal((second.Id, open), (Assert.Single(two.Open).ProcessRunId, two.Open[0].ComponentRunId));
        Assert.Equal(new SettledPoint(Noon.AddSeconds(2), running.Id), two.Last);
        Assert.Null(end.Last);
        Assert.Null(early.Last);
    }

    [Fact]
    public async Task Made_due_are_all_that_have_not_ended_slice_by_slice()
    {
        var runs = Enumerable.Range(0, 5).Select(_ => Some.Run()).OrderBy(run => run.Id.ToString()).ToArray();
        foreach (var run in runs[..4])
            await Insert(run, "started", deadline: Later);
        await Insert(runs[4], "completed");

        var slices = 0;
        for (Guid? last = Guid.Empty; last is not null; slices++)
            last = await Sweeps.MakeDue(Noon, last.Value, 2, Token);

        Assert.Equal(4, slices);
        Assert.Equal(4, (await Sweeps.Due(Noon, Later, 10, Token)).Count);
    }

    [Fact]
    public async Task A_mark_is_what_was_set_last()
    {
        Assert.Null(await Sweeps.Mark("a", Token));
        await Sweeps.SetMark("a", "1", Token);
        await Sweeps.SetMark("a", "2", Token);

        Assert.Equal("2", await Sweeps.Mark("a", Token));
    }

    Task<List<string>> Insert(
        Some run, string status, DateTime? deadline = null, DateTime? settled = null, Guid? parent = null) =>
        Store.Query(
            $"""
             insert into process_run_observation
               (process_run_id, process_candidate_code, correlation_id, source_system, status, deadline_at,
                 settled_at, parent_run_id)
             values ('{run.Id}', 'P', 'c', 'dot_runtime', '{status}', {Time(deadline)}, {Time(settled)},
               {(parent is null ? "null" : $"'{parent}'")})
             """);

    Task<List<string>> Component(Some run, Guid id, string status) => Store.Query(
        $"""
         insert into process_component_observation (component_run_id, process_run_id, correlation_id,
           source_system, status)
         values ('{id}', '{run.Id}', 'c', 'dot_runtime', '{status}')
         """);

    static string Time(DateTime? time) => time is { } at ? $"'{LedgerTime.Text(at)}'" : "null";
}
