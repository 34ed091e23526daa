using System.Text.Json;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Sealing;
using RunLedger.Verifying;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What is sealed, and what a verification finds.</summary>
public abstract class SealConformance(Provider provider) : SealSuite(provider)
{
    [Fact]
    public async Task A_lawful_life_is_found_as_it_was_written()
    {
        var runs = await Life(6);
        await Adopt();
        await IsSound();
        await Checkpoint();

        // Two runs turn out to be one, and a component follows.
        var (one, other) = (Some.Run(), Some.Run());
        var step = Guid.CreateVersion7();
        await Ledger.Commit(one.Started());
        await Ledger.Commit(other.Started() with { IdempotencyKey = "k" });
        await Ledger.Commit(other.StepStarted(step));
        await Ledger.Commit(one.Completed() with { IdempotencyKey = "k" });
        await IsSound();

        // The ledger's own writers.
        await Settle(runs[0], Later.AddYears(-1));
        await Settle(runs[3], Later.AddYears(-1));
        await Store.Sweeps.Due(Later.AddYears(5), Later.AddYears(6), 100, Token);
        await Store.Sweeps.MakeDue(Later.AddYears(-3), Guid.Empty, 100, Token);
        await Store.Definitions.Define(
            new ProcessDefined
            {
                ProcessCandidateCode = runs[0].Candidate,
                ProcessDefinitionCode = "P-1",
                OccurredAt = Some.Noon,
            },
            Token);
        Assert.True(await Store.Definitions.BackFill(runs[0].Candidate, "P-1", 3, Token) > 0);
        await Ledger.Commit(runs[2].Heartbeat() with { OccurredAt = Some.Noon.AddHours(1) });
        await Ledger.Reject(Rubbish(1));
        await Store.Query("update rejected_observation set state = 'resent'");
        await Ledger.Reject(Rubbish(1) with { Reason = "is none still" });
        await IsSound();

        Assert.Equal(2, (await Archive()).Runs);
        await IsSound();
        Assert.Single(await Store.Archive.Return([runs[0].Id], Later, Token));
        await IsSound();
        Assert.Equal(1, await Store.Archive.Purge(Later.AddDays(1), 10, Token));
        await IsSound();
        Assert.NotNull(await Checkpoint());
        var report = await Verify();
        Assert.Equal((0, 2), (report.Open, report.Checkpoints));
        Assert.True(report.Observations > 20, $"{report.Observations} observations were sealed.");
        Assert.Null(await Checkpoint());
    }

    [Theory]
    [InlineData("update process_run_observation set output_ref = 'other'", "changed")]
    [InlineData("update process_run_observation set process_definition_code = 'P'", "changed")]
    [InlineData("update process_run_observation set deadline_at = null, fold = null", "changed")]
    [InlineData("delete from process_component_observation", "deleted")]
    [InlineData("update rejected_observation set reason = 'other'", "changed")]
    public async Task A_row_that_was_touched_is_named(string sql, string what)
    {
        var run = (await Life(1))[0];
        await Adopt();
        var named = sql.Contains("component", StringComparison.Ordinal)
            ? (await Query("select component_run_id from process_component_observation"))[0]
            : sql.Contains("rejected", StringComparison.Ordinal) ? $"{Rubbish(1).RejectedId}" : $"{run.Id}";

        await Query(sql);

        var report = await Verify();
        Assert.Contains(report.Findings, finding => finding.Contains(named, StringComparison.Ordinal)
            && finding.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_that_a_later_commit_carries_on_is_named_all_the_same()
    {
        var run = (await Life(1))[0];
        await Adopt();
        await Query($"update process_run_observation set input_ref = 'other' where process_run_id = '{run.Id}'");
        await Ledger.Commit(run.Heartbeat() with { OccurredAt = Some.Noon.AddHours(2) });

        Assert.Contains(
            (await Verify()).Findings,
            finding => finding.StartsWith($"run {run.Id} was changed outside the ledger", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_changed_while_nothing_was_sealed_is_taken_up_and_counted()
    {
        var runs = await Life(3);
        await Adopt();
        await Adoption.SwitchOff(Later, Token);
        await Query($"update process_run_observation set input_ref = 'x' where process_run_id = '{runs[0].Id}'");
        Seals!.Begun = false;

        await Ledger.Commit(runs[0].Heartbeat() with { OccurredAt = Some.Noon.AddHours(2) });
        var begun = await Verify();
        Assert.Equal((2, true), (begun.Epochs, begun.NotTakenUp > 0));
        Assert.Empty(begun.Findings);
        await Query($"update process_run_observation set input_ref = 'x' where process_run_id = '{runs[1].Id}'");
        await Adopt();

        Assert.Equal(1, (await Verify()).WhileOff);
        await IsSound();
        await Query($"update process_run_observation set input_ref = 'y' where process_run_id = '{runs[2].Id}'");
        Assert.Contains($"{runs[2].Id}", Assert.Single((await Verify()).Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_never_was_leaves_nothing()
    {
        await Life(2);
        await Adopt();
        await using (var batch = await Store.Ledger.Begin(new BatchKeys([Guid.CreateVersion7()], [], [], []), Token))
            Assert.Empty(batch.Runs.Rows);

        await Ledger.Commit(Some.Run().Started());
        await IsSound();
    }

    [Fact]
    public async Task A_ledger_that_was_set_back_is_told_by_a_checkpoint_that_left_it()
    {
        await Life(1);
        await Adopt();
        var first = (await Checkpoint())!;
        var run = Some.Run();
        await Ledger.Commit(run.Started());
        var second = await Reread((await Checkpoint())!.Number);
        Assert.Empty((await Verify(second)).Findings);

        await Query($"delete from sealed_commit where position >= {first.Size}");
        await Query($"delete from ledger_checkpoint where number = {second.Number}");
        await Query($"delete from process_run_observation where process_run_id = '{run.Id}'");

        Assert.Empty((await Verify()).Findings);
        Assert.Contains((await Verify(second)).Findings, finding => finding.Contains("restored from a backup",
            StringComparison.Ordinal) && finding.Contains("cut off", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("delete from sealed_commit where seq = (select min(seq) + 2 from sealed_commit)")]
    [InlineData("update sealed_commit set position = null where position = (select max(position) from sealed_commit)")]
    [InlineData("update sealed_commit set leaf_count = leaf_count + 1 where position = 1")]
    [InlineData("update ledger_checkpoint set size = size + 1")]
    [InlineData("delete from ledger_checkpoint where number = 1")]
    public async Task What_proves_the_rows_is_proven_too(string sql)
    {
        await Life(2);
        await Adopt();
        await Checkpoint();
        await Ledger.Commit(Some.Run().Started());
        await Checkpoint();
        await IsSound();

        await Query(sql);

        Assert.NotEmpty((await Verify()).Findings);
    }

    [Fact]
    public async Task A_proof_of_a_run_is_small_and_needs_no_ledger()
    {
        var runs = await Life(20);
        await Adopt();
        await Checkpoint();
        var proof = (await Store.Transactions.InOne(sql => ProofSearch.Find(sql, runs[7].Id, Token), Token))!;
        var (checkpoint, fault) = Read(proof.Checkpoint.GetRawText());

        Assert.Null(fault);
        Assert.Null(proof.Fault(checkpoint!));
        Assert.Equal(runs[7].Id, new Leaf(proof.Leaf).Id);
        var other = proof with { Leaf = [.. proof.Leaf[..^1], (byte)(proof.Leaf[^1] ^ 1)] };
        Assert.NotNull(other.Fault(checkpoint!));
        // Of a commit of 4,000 leaves among a thousand million.
        var largest = proof with { Path = new byte[12 * 32], Way = new byte[30 * 32] };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(largest, JsonSerializerOptions.Web).Length;
        Assert.InRange(bytes, 1, 4096);
    }

    [Fact]
    public async Task A_run_that_comes_back_while_rows_are_taken_up_comes_with_its_components()
    {
        var runs = await Life(3);
        await Settle(runs[0], Later.AddYears(-1));
        await Adopt();
        Assert.Equal(1, (await Archive()).Runs);
        await Adoption.SwitchOff(Later, Token);
        // As after a start: what of the process knows that commits are sealed is gone.
        Seals!.Begun = false;
        await Ledger.Commit(runs[1].Heartbeat() with { OccurredAt = Some.Noon.AddHours(3) });
        // The ledger's own two tables are taken up, those of the archive are not.
        Assert.True(await Adoption.Once(Token));
        Assert.True(await Adoption.Once(Token));

        Assert.Single(await Store.Archive.Return([runs[0].Id], Later, Token));
        await Adopt();

        await IsSound();
        Assert.Equal(0, (await Verify()).WhileOff);
    }

    [Fact]
    public async Task What_returns_where_no_file_can_have_it_leaves_no_trace()
    {
        var runs = await Life(1);
        await Settle(runs[0], Later.AddYears(-1));
        Assert.Equal(1, (await Archive()).Runs);

        await Store.Archive.Return([runs[0].Id], Later, Token);
        Assert.Empty(await Query("select 1 from archive_returned"));
        await Settle(runs[0], Later.AddYears(-1));
        Assert.Equal(1, (await Archive()).Runs);
        await Query(
            "insert into archive_slice (slice_id, month, runs, components, archived_at) "
            + $"values ('{Guid.CreateVersion7()}', '2026-01', 1, 1, {Quoted(Later)})");
        await Store.Archive.Return([runs[0].Id], Later, Token);

        Assert.Single(await Query("select 1 from archive_returned"));
    }

    async Task<SealedCheckpoint> Reread(long number) => Read((await Query(
        $"select document from ledger_checkpoint where number = {number}"))[0]).Checkpoint!;
}
