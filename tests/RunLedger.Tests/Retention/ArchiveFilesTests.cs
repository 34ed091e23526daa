using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Tests.Retention;

/// <summary>The archive's files: what is written is read, and what was touched is named.</summary>
public sealed class ArchiveFilesTests : IDisposable
{
    static readonly DateTime August = new(2026, 8, 3, 4, 5, 6, DateTimeKind.Utc);

    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-archive-{Guid.CreateVersion7()}");
    readonly ArchiveFiles _files;

    public ArchiveFilesTests()
    {
        var options = new RunLedgerOptions();
        options.Archive.Directory = _folder;
        _files = new ArchiveFiles(options);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        else
            File.Delete(_folder);
    }

    [Fact]
    public async Task Every_column_is_read_as_it_was_written()
    {
        var text = Gen.String[Gen.Char["aé\u4e2d\0'\"\\\n "], 0, 20].Null();
        var time = Gen.Long[0, 4_000_000_000_000_000].Select(LedgerTime.Time).Nullable();
        var id = Gen.Guid.Nullable();
        var run = Gen.Select(
            Gen.Select(Gen.Guid, id, text, text),
            Gen.Select(text, text, text, text),
            Gen.Select(time, time, time, time),
            Gen.Byte.Array[0, 30].Null(),
            Gen.Enum<RunStatus>(),
            (ids, texts, times, fold, status) => new RunRow
            {
                ProcessRunId = ids.Item1,
                ParentRunId = ids.Item2,
                CorrelationId = ids.Item3 ?? "",
                Status = status,
                SourceSystem = texts.Item1 ?? "",
                IdempotencyKey = texts.Item2,
                InputRef = texts.Item3,
                OutputRef = texts.Item4,
                ErrorRef = ids.Item4,
                EvidenceRef = texts.Item1,
                StartedAt = times.Item1,
                EndedAt = times.Item2,
                CreatedAt = times.Item3 ?? August,
                Fold = fold,
                ProcessCandidateCode = texts.Item2 ?? "",
                ProcessDefinitionCode = texts.Item3,
                LastEventAt = times.Item4,
                LiveAt = times.Item1,
                DeadlineAt = times.Item2,
                SettledAt = August,
            });
        var component = Gen.Select(
            Gen.Select(Gen.Guid, Gen.Guid, id, id), Gen.Select(text, text, text, text), Gen.Select(time, time, time),
            Gen.Byte.Array[0, 30].Null(), Gen.Enum<RunStatus>(),
            (ids, texts, times, fold, status) => new ComponentRow
            {
                ComponentRunId = ids.Item1,
                ProcessRunId = ids.Item2,
                ParentRunId = ids.Item3,
                QueueJobId = ids.Item4,
                CorrelationId = texts.Item1 ?? "",
                Status = status,
                SourceSystem = texts.Item2 ?? "",
                DotCode = texts.Item3,
                ComponentRole = texts.Item4,
                EventCode = texts.Item1,
                IdempotencyKey = texts.Item2,
                InputRef = texts.Item3,
                OutputRef = texts.Item4,
                ErrorRef = texts.Item1,
                EvidenceRef = texts.Item2,
                StartedAt = times.Item1,
                EndedAt = times.Item2,
                CreatedAt = times.Item3 ?? August,
                Fold = fold,
            });

        await Gen.Select(run.List[1, 5], component.List[0, 5]).SampleAsync(async rows =>
        {
            var slice = await _files.Keep(new ArchivedRows(rows.Item1, rows.Item2), Token);

            var read = await _files.Read(slice, Token);

            Assert.Equal(rows.Item1.Select(Bare), read.Runs.Select(Bare));
            Assert.Equal(rows.Item1.Select(row => Hex(row.Fold)), read.Runs.Select(row => Hex(row.Fold)));
            Assert.Equal(rows.Item2.Select(Bare), read.Components.Select(Bare));
            Assert.Equal(rows.Item2.Select(row => Hex(row.Fold)), read.Components.Select(row => Hex(row.Fold)));
        }, iter: 200, threads: 1);

        static LedgerRow Bare(LedgerRow row) => row with { Fold = null };
        static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexString(bytes);
    }

    [Fact]
    public async Task A_slice_is_two_files_and_a_manifest_in_the_folder_of_its_month()
    {
        var slice = await Keep();

        Assert.Equal("2026-08", slice.Month);
        Assert.Equal(
            [$"{slice.Id}.components.parquet", $"{slice.Id}.json", $"{slice.Id}.runs.parquet"],
            Directory.GetFiles(Path.Combine(_folder, "2026-08"))
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal));
        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(PathOf(slice, ".json"), Token));
        var runs = manifest.RootElement.GetProperty("runs");
        Assert.Equal(2, runs.GetProperty("rows").GetInt32());
        Assert.Equal(new FileInfo(PathOf(slice, ".runs.parquet")).Length, runs.GetProperty("bytes").GetInt64());
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
                await File.ReadAllBytesAsync(PathOf(slice, ".runs.parquet"), Token))),
            runs.GetProperty("sha256").GetString());
        Assert.Null(await _files.Fault(slice, Token));
        Assert.Equal([slice], _files.Slices());
    }

    [Theory]
    [InlineData(".runs.parquet")]
    [InlineData(".components.parquet")]
    [InlineData(".json")]
    public async Task A_file_that_is_missing_or_was_cut_or_changed_is_named(string file)
    {
        var (missing, cut, changed) = (await Keep(), await Keep(), await Keep());
        File.Delete(PathOf(missing, file));
        var bytes = await File.ReadAllBytesAsync(PathOf(cut, file), Token);
        await File.WriteAllBytesAsync(PathOf(cut, file), bytes[..(bytes.Length / 2)], Token);
        bytes = await File.ReadAllBytesAsync(PathOf(changed, file), Token);
        bytes[file == ".json" ? 0 : bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(PathOf(changed, file), bytes, Token);

        foreach (var slice in (ArchiveSlice[])[missing, cut, changed])
        {
            Assert.Contains(slice.Id.ToString(), await _files.Fault(slice, Token), StringComparison.Ordinal);
            await Assert.ThrowsAsync<ArchiveException>(() => _files.Read(slice, Token));
        }
    }

    [Theory]
    [InlineData("runs", "../x.runs.parquet")]
    [InlineData("components", "../x.components.parquet")]
    [InlineData("runs", "/tmp/x.runs.parquet")]
    [InlineData("runs", "x.runs.parquet")]
    [InlineData("components", null)]
    [InlineData("month", "../2026-08")]
    [InlineData("month", "/tmp")]
    [InlineData("month", "..")]
    [InlineData("month", "2026-08/../2026-08")]
    [InlineData("month", null)]
    public async Task A_manifest_that_names_a_file_elsewhere_is_refused(string member, string? name)
    {
        var slice = await Keep();
        var text = await File.ReadAllTextAsync(PathOf(slice, ".json"), Token);
        var manifest = JsonNode.Parse(text)!;
        if (member == "month")
            manifest[member] = name;
        else
            manifest[member]!["name"] = name;
        await File.WriteAllTextAsync(PathOf(slice, ".json"), manifest.ToJsonString(), Token);
        // Where the name leads there are the very files: nothing but the name is wrong.
        foreach (var file in (string[])["runs", "components"])
            File.Copy(PathOf(slice, $".{file}.parquet"), Path.Combine(_folder, $"x.{file}.parquet"));

        Assert.Contains($"it names '{name}'", await _files.Fault(slice, Token), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArchiveException>(() => _files.Read(slice, Token));
        Assert.Throws<ArchiveException>(_files.Slices);
    }

    [Fact]
    public async Task Only_its_own_user_may_read_what_it_makes_and_what_was_there_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode made = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Directory.CreateDirectory(_folder, made);

        var slice = await Keep();

        var month = Path.Combine(_folder, slice.Month);
        Assert.Equal(made, File.GetUnixFileMode(_folder));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(month));
        foreach (var file in Directory.GetFiles(month))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Directory.Delete(_folder, recursive: true);
        _files.Check();
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
    }

    [Fact]
    public async Task Counts_that_are_not_those_that_left_are_a_fault()
    {
        var slice = await Keep();

        Assert.Contains(
            "2 runs and 0 components", await _files.Fault(slice with { Runs = 3 }, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_said_with_its_path_and_nothing_is_left()
    {
        await File.WriteAllTextAsync(_folder, "a file where a folder should be", Token);

        Assert.Contains(_folder, Assert.Throws<ArchiveException>(_files.Check).Message, StringComparison.Ordinal);
        Assert.Contains(
            _folder, (await Assert.ThrowsAsync<ArchiveException>(Keep)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slice_that_is_given_up_leaves_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _files.Keep(new ArchivedRows([Run()], []), new CancellationToken(canceled: true)));

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "2026-08")));
    }

    Task<ArchiveSlice> Keep() => _files.Keep(new ArchivedRows([Run(), Run()], []), Token);

    static RunRow Run() => new() { ProcessRunId = Guid.CreateVersion7(), CreatedAt = August, SettledAt = August };

    string PathOf(ArchiveSlice slice, string file) => Path.Combine(_folder, slice.Month, slice.Id + file);
}
