using RunLedger.Cli.Verify;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Verifying;

namespace RunLedger.Tests.Sealing;

/// <summary>The archive's files, looked at without the database.</summary>
public sealed class ArchiveAloneTests : ArchiveSealSuite
{
    readonly List<SealedCheckpoint> _kept = [];
    SliceLog? _log;

    string List => SliceLog.PathIn(Directory_);

    [Fact]
    public async Task Files_are_vouched_for_by_their_list_and_checkpoints_alone()
    {
        await Life();

        var (report, verifier) = Alone();

        Assert.Empty(report.Findings);
        // One of two slices that became one, and one that came after it.
        Assert.Equal((2, 3), (report.Slices, report.Checkpoints));
        Assert.Empty(verifier.Newer);
        Assert.Equal(_kept[^1].Hash, verifier.Last!.Hash);
        Assert.Equal(3, (await File.ReadAllLinesAsync(List, Token)).Length);
        Assert.Empty((await Look()).Findings);
    }

    [Fact]
    public async Task A_slice_that_no_checkpoint_has_yet_is_named()
    {
        await Life();
        await Filed(1);

        var (report, verifier) = Alone();

        Assert.Empty(report.Findings);
        Assert.Single(verifier.Newer);
    }

    [Fact]
    public async Task A_list_that_was_cut_off_goes_on_with_the_next_checkpoint()
    {
        await Life();
        await File.WriteAllTextAsync(List, (await File.ReadAllTextAsync(List, Token))[..^40], Token);
        await Filed(1);
        _log = null;
        await Note();

        var (report, verifier) = Alone();

        Assert.Empty(report.Findings);
        Assert.Equal([3], verifier.PassedOver);
    }

    [Theory]
    [InlineData("manifest", "has a manifest")]
    [InlineData("file", "its SHA-256 is another")]
    [InlineData("files", "has no manifest")]
    [InlineData("end", "the list ends at checkpoint")]
    [InlineData("list", "there is no list")]
    [InlineData("line", "other slices than the list has there")]
    [InlineData("hash", "other slices than the list has there")]
    [InlineData("signature", "its checkpoint was changed")]
    public async Task What_was_touched_is_found(string what, string finding)
    {
        await Life();
        var slice = Own.Folder.Manifests()[0];
        var lines = await File.ReadAllLinesAsync(List, Token);
        switch (what)
        {
            case "manifest":
                await File.AppendAllTextAsync(Own.Folder.PathOf(slice.Month, slice.Name), " ", Token);
                break;
            case "file":
                await using (var stream = File.OpenWrite(Own.Folder.PathOf(slice.Month, slice.Components.Name)))
                    stream.WriteByte(1);
                break;
            case "files":
                Own.Folder.Discard(slice.Month, slice.SliceId);
                break;
            case "list":
                File.Delete(List);
                break;
            default:
                await File.WriteAllLinesAsync(List, Changed(what, lines, slice), Token);
                break;
        }

        Assert.Contains(Alone().Report.Findings, one => one.Contains(finding, StringComparison.Ordinal));
    }

    static string[] Changed(string what, string[] lines, SliceManifest slice) => what switch
    {
        "end" => lines[..^1],
        "line" => [lines[0], lines[2]],
        "hash" => [lines[0], lines[1], lines[2].Replace($"{slice.SliceId}", $"{Guid.Empty}")],
        _ => [lines[0], lines[1], lines[2].Replace("\"size\":", "\"size\":1")],
    };

    [Fact]
    public async Task Files_of_before_are_told_by_a_checkpoint_that_was_kept()
    {
        await Filed(1);
        await Note();
        var before = await File.ReadAllTextAsync(List, Token);
        await Filed(1);
        await Note();
        await File.WriteAllTextAsync(List, before, Token);

        Assert.Contains(Alone().Report.Findings, one => one.Contains("this copy is older", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slice_that_is_gone_is_a_finding_whatever_another_says_that_nobody_vouches_for()
    {
        await Filed(2);
        await Filed(1);
        await Note();
        await Compact();
        var made = Own.Folder.Manifests()[0];
        Assert.Empty(Alone().Report.Findings);
        foreach (var old in made.Replaces!)
            Own.Folder.Discard(made.Month, old.SliceId);

        var findings = Alone().Report.Findings;

        Assert.Equal(2, findings.Count);
        Assert.All(findings, one => Assert.Contains(
            $"is not there. {made.SliceId} says that it has its rows", one, StringComparison.Ordinal));
        await Note();
        Assert.Empty(Alone().Report.Findings);
    }

    [Fact]
    public async Task Without_a_key_the_list_ends_with_a_checkpoint_that_was_kept()
    {
        await Life();
        Assert.Empty(Alone(signed: false).Report.Findings);
        // As whoever can write there would.
        await Filed(1);
        await Note();
        var (forged, _) = (_kept[^1], _kept.Remove(_kept[^1]));
        Assert.Equal(4, forged.Number);
        Assert.Empty(Alone().Report.Findings);

        Assert.Contains(Alone(signed: false).Report.Findings, one =>
            one.Contains("none of those that were kept", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_has_what_a_checkpoint_says_though_slices_come_before_it_is_written()
    {
        await Filed(1);

        await Note(() => Filed(1));

        var (report, verifier) = Alone();
        Assert.Empty(report.Findings);
        Assert.Equal((1, 1), (report.Slices, verifier.Newer.Count));
    }

    [Fact]
    public async Task A_list_that_the_database_does_not_go_on_from_is_set_aside()
    {
        await Life();
        var before = await File.ReadAllTextAsync(List, Token);
        await Query("delete from ledger_checkpoint where number > 1");
        await Query("update sealed_commit set position = null where position >= "
            + "(select size from ledger_checkpoint where number = 1)");
        _kept.RemoveRange(1, 2);

        var aside = await Note();

        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(Directory_, aside!), Token));
        var (report, verifier) = Alone();
        Assert.Empty(report.Findings);
        Assert.Equal((2, 2), (verifier.Last!.Number, report.Slices));
        await Filed(1);
        Assert.Null(await Note());
        Assert.Equal(2, (await File.ReadAllLinesAsync(List, Token)).Length);
    }

    [Fact]
    public async Task Two_replicas_do_not_write_the_list_at_once()
    {
        await Filed(1);
        await Note();
        await Filed(1);
        var before = await File.ReadAllTextAsync(List, Token);
        using (new FileStream(List, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
            await Note();
        Assert.Equal(before, await File.ReadAllTextAsync(List, Token));

        await _log!.Write(null, Token);

        Assert.Empty(Alone().Report.Findings);
        Assert.Equal(2, (await File.ReadAllLinesAsync(List, Token)).Length);
    }

    // Two slices become one, which takes two checkpoints, and another comes.
    async Task Life()
    {
        await Filed(2);
        await Filed(1);
        await Note();
        await Compact();
        await Note();
        await Filed(1);
        await Note();
    }

    Task<string?> Note() => Note(() => Task.CompletedTask);

    async Task<string?> Note(Func<Task> meanwhile)
    {
        var made = (await Made())!;
        await meanwhile();
        var aside = await (_log ??= new(Store.Transactions, Directory_)).Write(made, Token);
        _kept.Add(Read(made.Document).Checkpoint!);
        return aside;
    }

    (VerificationReport Report, ArchiveVerifier Verifier) Alone(bool signed = true)
    {
        var verifier = new ArchiveVerifier(Own, signed ? Read : new CheckpointReader([]).Read, new FileChecks(Own))
        {
            Signed = signed,
        };
        return (verifier.Run(File.Exists(List) ? File.ReadAllLines(List) : [], _kept, Token), verifier);
    }
}
