using RunLedger.Retention;

namespace RunLedger.Tests.Sealing;

/// <summary>A run that was brought back and left again is in two files, of which the newer one counts.</summary>
public sealed class FiledAgainTests : ArchiveSealSuite
{
    [Fact]
    public async Task The_older_row_of_a_run_that_left_again_is_no_finding_where_its_file_was_changed_elsewhere()
    {
        var runs = await Filed(3);
        var old = Slice();
        await Again(runs[0].Id);

        Rewrite(
            rows => rows.Select(row => row.Id == runs[1].Id ? row with { OutputRef = "s3://other" } : row), old);

        var findings = (await Look()).Findings;
        Assert.Single(findings, finding => finding.StartsWith($"run {runs[1].Id} is in ", StringComparison.Ordinal));
        Assert.DoesNotContain(findings, finding => finding.StartsWith($"run {runs[0].Id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_older_file_is_not_accused_of_what_was_done_to_the_newer_one()
    {
        var run = (await Filed(2))[0].Id;
        await Again(run);
        await Adopt();
        Assert.Equal(2, await Store.Archive.Purge(Later.AddDays(1), 10, Token));
        var newer = Own.Folder.Manifests()[0];

        Rewrite(rows => [.. rows, rows[0] with { ProcessRunId = Guid.AllBitsSet }], newer);

        var findings = (await Look()).Findings;
        Assert.Contains(findings, finding => finding.StartsWith($"run {Guid.AllBitsSet}", StringComparison.Ordinal));
        Assert.DoesNotContain(findings, finding => finding.StartsWith($"run {run}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task That_a_file_has_the_rows_that_commits_wrote_is_said_where_it_has_all_of_them_alone()
    {
        await Filed(3);
        var path = PathOf(Slice().Runs);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        var other = bytes.ToArray();
        other[bytes.AsSpan().IndexOf("run_ledger.layout"u8)]++;
        await File.WriteAllBytesAsync(path, other, Token);
        Assert.Contains((await Look()).Findings, IsAllClear);

        await File.WriteAllBytesAsync(path, bytes, Token);
        Rewrite(rows => [rows[1], rows[1], rows[2]]);

        Assert.DoesNotContain((await Look()).Findings, IsAllClear);
    }

    static bool IsAllClear(string finding) =>
        finding.EndsWith("has now are each as a commit wrote it.", StringComparison.Ordinal);

    async Task Again(Guid run)
    {
        Assert.Single(await Store.Archive.Return([run], Later.AddYears(-1).AddDays(1), Token));
        Assert.Equal(1, (await Archive()).Runs);
    }
}
