using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Retention;
using RunLedger.Storage.Sqlite;
using RunLedger.Testing;
using RunLedger.Testing.Stores;
using RunLedger.Verifying;

namespace RunLedger.Tests.Sealing;

/// <summary>Files of before the ledger was sealed, or of while it was not; and manifests that are none.</summary>
public sealed class SealedLaterTests : ArchiveSealSuite
{
    [Fact]
    public async Task Rows_that_left_the_tables_before_anything_was_sealed_are_not_named()
    {
        var runs = await Filed(2);
        foreach (var table in (string[])["sealed_commit", "sealed_slice", "sealing_state",
            "process_component_archive", "process_run_archive"])
            await Query($"delete from {table}");
        Seals!.Begun = false;
        await Ledger.Commit(Some.Run().Started());
        await Adopt();
        Assert.Empty((await Look()).Findings);

        Rewrite(rows => rows.Select(row => row with { OutputRef = "s3://other" }));

        var findings = (await Look()).Findings;
        Assert.Contains(findings, finding => finding.Contains($"{Slice().SliceId}", StringComparison.Ordinal));
        Assert.DoesNotContain(findings, finding => runs.Exists(run =>
            finding.StartsWith($"run {run.Id}", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Slices_that_became_one_while_nothing_was_sealed_are_no_finding(bool byOneThatLeftThem)
    {
        await Filed(2);
        await Filed(1);
        await Adopt();
        await Adoption.SwitchOff(Later, Token);
        using (var plain = new LedgerStore(((SqliteTestStore)Store).File))
        {
            plain.Open();
            var compaction = new ArchiveCompaction(
                new ArchiveStore(plain), Own, new FakeTimeProvider(Later.AddDays(2)),
                NullLogger<ArchiveCompaction>.Instance);
            Assert.True(await compaction.Once(Token));
        }

        Assert.Empty(await Query("select slice_id from sealed_slice"));
        if (byOneThatLeftThem)
            await Query($"insert into sealed_slice values ('{Guid.CreateVersion7()}', '2026-06', zeroblob(32))");
        Seals!.Begun = false;
        await Ledger.Commit(Some.Run().Started());
        await Adopt();

        Assert.Empty((await Look()).Findings);
    }

    [Fact]
    public async Task Files_that_others_take_the_place_of_while_they_are_looked_at_are_no_finding()
    {
        await Filed(2);
        await Filed(1);
        await Adopt();
        await using var snapshot = await LedgerSnapshot.Sqlite(((SqliteTestStore)Store).File, Token);
        Assert.Equal(2, (await LedgerVerifier.Counted(snapshot.Sql, Token)).Count);
        await Compact();
        var made = Own.Folder.Manifests()[0];
        foreach (var old in made.Replaces!)
            Own.Folder.Discard(made.Month, old.SliceId);

        Assert.Empty((await Run(current: true)).Findings);

        Assert.Equal(2, (await Run(current: false)).Findings.Count(finding =>
            finding.EndsWith("its files were deleted.", StringComparison.Ordinal)));
        await using (var stream = File.OpenWrite(PathOf(made.Runs, made)))
            stream.WriteByte(1);
        Assert.NotEmpty((await Run(current: true)).Findings);

        Task<VerificationReport> Run(bool current) => new LedgerVerifier(
            snapshot.Sql, Read, new FileChecks(Own),
            current ? token => Store.Transactions.InOne(sql => LedgerVerifier.Counted(sql, token), token) : null)
            .Run([], Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_manifest_whose_row_groups_are_none_is_a_finding(bool backwards)
    {
        await Filed(1);
        var slice = Slice();
        var path = Own.Folder.PathOf(slice.Month, slice.Name);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, Token))!;
        manifest["runs"]!["sha256"] = "other";
        if (backwards)
            manifest["runs"]!["groups"]![0]!["end"] = -1;
        else
            manifest["runs"]!["groups"]![0] = null;
        await File.WriteAllTextAsync(path, manifest.ToJsonString(), Token);

        Assert.Contains((await Look()).Findings, finding =>
            finding.StartsWith($"slice {slice.SliceId} cannot be read: ", StringComparison.Ordinal));
    }
}
