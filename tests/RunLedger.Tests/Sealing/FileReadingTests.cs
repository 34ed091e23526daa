using System.Diagnostics;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Verify;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;
using RunLedger.Verifying;

namespace RunLedger.Tests.Sealing;

/// <summary>Files that somebody may have changed are read where that ends nothing but itself.</summary>
public sealed class FileReadingTests : ArchiveSealSuite
{
    // Past what a row group has.
    static readonly byte[] Large = new byte[17 * 1024 * 1024];

    [Fact]
    public async Task What_was_read_by_the_end_of_a_row_group_is_written_before_the_next_one_is_touched()
    {
        await Filed(1);
        var groups = Rewrite(rows => Enumerable.Range(1, 3)
            .Select(at => rows[0] with { ProcessRunId = new Guid(at, 0, 0, new byte[8]), Fold = Large }));
        Assert.Equal(3, groups.Count);
        using var written = new Written();

        FileDigests.Write(PathOf(Slice().Runs), LeafKind.Run, 0, written);

        // That it begins; of each row group that it begins, and its row.
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], written.Safe.Select(bytes => bytes / FileDigests.Size));
        Assert.Equal(8 * FileDigests.Size, written.Length);
    }

    [Fact]
    public void That_the_process_cannot_run_is_no_finding()
    {
        var reading = new FileReading(TimeProvider.System, ["/bin/sh", "-c", "echo no runtime >&2; exit 150"]);

        var fault = Assert.Throws<CliException>(() => reading.Of("file", LeafKind.Run, 1, Token));

        Assert.Contains("exit code 150: no runtime", fault.Message, StringComparison.Ordinal);
        Assert.Throws<CliException>(() =>
            new FileReading(TimeProvider.System, ["/nonexistent"]).Of("file", LeafKind.Run, 1, Token));
    }

    [Fact]
    public void A_file_of_more_and_more_rows_is_not_read_for_ever()
    {
        var reading = new FileReading(
            TimeProvider.System,
            ["/bin/sh", "-c", "printf '\\001\\000\\000\\200'; head -c 48 /dev/zero; exec cat /dev/zero"]);

        Assert.Equal(1_005, reading.Of("file", LeafKind.Run, 5, Token).Count);
    }

    [Fact]
    public async Task The_process_ends_with_the_one_that_started_it()
    {
        var pipe = Path.Combine(Directory.CreateDirectory(Directory_).FullName, "pipe");
        using (var make = Process.Start("mkfifo", pipe))
            await make.WaitForExitAsync(Token);
        var own = FileReadingProcess.Own;
        using var process = Process.Start(new ProcessStartInfo(
            own[0], [.. own.Skip(1), FileReading.Verb, pipe, $"{(int)LeafKind.Run}", "0"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.Equal(FileDigests.Begun, FileDigests.Read(process.StandardOutput.BaseStream)!.Value.Group);

            process.StandardInput.Close();

            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)), "It still waits for the file.");
        }
        finally
        {
            process.Kill();
        }
    }

    sealed class Written : MemoryStream
    {
        public List<long> Safe { get; } = [];

        public override void Flush() => Safe.Add(Length);
    }
}
