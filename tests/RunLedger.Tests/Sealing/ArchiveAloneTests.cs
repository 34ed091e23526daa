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

    async Task Note()
    {
        var made = (await Checkpoint())!;
        await (_log ??= new(Store.Transactions, Directory_)).Write(Token);
        _kept.Add(Read((await Query(
            $"select document from ledger_checkpoint where number = {made.Number}"))[0]).Checkpoint!);
    }

    (VerificationReport Report, ArchiveVerifier Verifier) Alone()
    {
        var verifier = new ArchiveVerifier(Own, Read, new FileChecks(Own));
        return (verifier.Run(File.Exists(List) ? File.ReadAllLines(List) : [], _kept, Token), verifier);
    }
}
