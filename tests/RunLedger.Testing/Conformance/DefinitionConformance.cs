using RunLedger.Contracts;
using RunLedger.Definitions;
using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>Definitions in either store.</summary>
public abstract class DefinitionConformance(Provider provider) : StoreSuite(provider)
{
    const string Definitions =
        "select coalesce(process_definition_code, '-') from process_run_observation order by 1";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_that_are_there_get_it_slice_by_slice_and_later_ones_as_they_are_written()
    {
        var store = Store.Definitions;
        Some[] runs = [Some.Run(), Some.Run(), Some.Run()];
        foreach (var run in runs)
            await Ledger.Commit(run.Started());

        await store.Define(Defined("PROC:kg"), Token);
        await Ledger.Commit(Some.Run().Started());
        await Ledger.Commit(new Some { Candidate = "PROC-CAND:other" }.Started());
        var slices = new[]
        {
            await store.BackFill(runs[0].Candidate, "PROC:kg", 2, Token),
            await store.BackFill(runs[0].Candidate, "PROC:kg", 2, Token),
            await store.BackFill(runs[0].Candidate, "PROC:kg", 2, Token),
        };

        Assert.Equal([2, 1, 0], slices);
        Assert.Equal(["-", "PROC:kg", "PROC:kg", "PROC:kg", "PROC:kg"], await Query(Definitions));
    }

    [Fact]
    public async Task The_latest_definition_counts_in_whatever_order_they_come()
    {
        var store = Store.Definitions;
        await store.Define(Defined("PROC:new", minutes: 1), Token);

        Assert.Equal("PROC:new", await store.Define(Defined("PROC:old"), Token));
        Assert.Equal("PROC:newer", await store.Define(Defined("PROC:newer", minutes: 2), Token));
    }

    [Fact]
    public async Task A_run_whose_candidate_turns_out_to_be_another_has_that_ones_definition()
    {
        await Store.Definitions.Define(Defined("PROC:kg"), Token);
        var run = Some.Run();
        await Ledger.Commit(run.Observed() with { ProcessCandidateCode = "PROC-CAND:other" });
        Assert.Equal(["-"], await Query(Definitions));

        await Ledger.Commit(run.Started());

        Assert.Equal(["PROC:kg"], await Query(Definitions));
    }

    [Fact]
    public async Task A_run_that_is_being_written_meanwhile_has_it_in_the_end()
    {
        var store = Store.Definitions;
        var (handling, defining) = (new TaskCompletionSource(), new TaskCompletionSource());
        var run = Some.Run();
        var commit = Ledger.Commit(run.Started(), _ =>
        {
            handling.TrySetResult();
            // The batch has begun and does not end before the definition was asked for.
            defining.Task.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        });
        await handling.Task;
        var define = store.Define(Defined("PROC:kg"), Token);
        defining.SetResult();
        await commit;

        await store.BackFill(run.Candidate, await define, 10, Token);

        Assert.Equal(["PROC:kg"], await Query(Definitions));
    }

    static ProcessDefined Defined(string definition, int minutes = 0) => new()
    {
        ProcessCandidateCode = Some.Run().Candidate,
        ProcessDefinitionCode = definition,
        OccurredAt = Some.Noon.AddMinutes(minutes),
    };
}
