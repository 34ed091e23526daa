using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using ParquetSharp;
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
            var runs = rows.Item1.DistinctBy(run => run.ProcessRunId).OrderBy(run => run.ProcessRunId).ToList();
            var components = rows.Item2
                .Select((row, n) => row with { ProcessRunId = runs[n % runs.Count].ProcessRunId })
                .OrderBy(row => (row.ProcessRunId, row.ComponentRunId))
                .ToList();
            runs.Reverse();
            var slice = await _files.Keep(new ArchivedRows(runs, components), Token);
            runs.Reverse();

            var read = Read(slice);

            Assert.Equal(runs.Select(Bare), read.Runs.Select(Bare));
            Assert.Equal(runs.Select(row => Hex(row.Fold)), read.Runs.Select(row => Hex(row.Fold)));
            Assert.Equal(components.Select(Bare), read.Components.Select(Bare));
            Assert.Equal(components.Select(row => Hex(row.Fold)), read.Components.Select(row => Hex(row.Fold)));
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
        Assert.Null(_files.Fault(slice, Token));
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
                await File.ReadAllBytesAsync(PathOf(slice, ".json"), Token))),
            slice.Manifest);
        Assert.Equal([slice with { Manifest = null }], _files.Slices());
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
            Assert.Contains(slice.Id.ToString(), _files.Fault(slice, Token), StringComparison.Ordinal);
            Assert.Throws<ArchiveException>(() => Read(slice));
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

        Assert.Contains($"it names '{name}'", _files.Fault(slice, Token), StringComparison.Ordinal);
        Assert.Throws<ArchiveException>(() => Read(slice));
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
            "2 runs and 0 components", _files.Fault(slice with { Runs = 3 }, Token), StringComparison.Ordinal);
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

    [Fact]
    public async Task Columns_have_Parquets_own_types_in_the_order_of_the_tables_with_statistics_and_a_page_index()
    {
        var run = Run() with { EvidenceRef = "{}", StartedAt = August, Fold = [1] };
        var slice = await _files.Keep(
            new ArchivedRows(
                [run], [new ComponentRow { ComponentRunId = Guid.CreateVersion7(), ProcessRunId = run.ProcessRunId }]),
            Token);

        Assert.Equal(
            [
                "process_run_id uuid", "process_candidate_code text", "process_definition_code text",
                "correlation_id text", "parent_run_id uuid", "status text", "source_system text",
                "idempotency_key text", "input_ref text", "output_ref text", "error_ref text", "evidence_ref json",
                "started_at time", "ended_at time", "created_at time", "fold bytes", "last_event_at time",
                "live_at time", "deadline_at time", "settled_at time",
            ],
            Columns(PathOf(slice, ".runs.parquet")));
        Assert.Equal(
            [
                "component_run_id uuid", "process_run_id uuid", "parent_run_id uuid", "correlation_id text",
                "dot_code text", "component_role text", "event_code text", "queue_job_id uuid", "status text",
                "input_ref text", "output_ref text", "error_ref text", "evidence_ref json", "idempotency_key text",
                "source_system text", "started_at time", "ended_at time", "created_at time", "fold bytes",
            ],
            Columns(PathOf(slice, ".components.parquet")));

        static IEnumerable<string> Columns(string path)
        {
            using var file = new ParquetFileReader(path);
            using var group = file.RowGroup(0);
            for (var at = 0; at < file.FileMetaData.NumColumns; at++)
            {
                var column = file.FileMetaData.Schema.Column(at);
                Assert.NotNull(group.MetaData.GetColumnChunkMetaData(at).Statistics);
                yield return $"{column.Name} " + column.LogicalType switch
                {
                    UuidLogicalType => "uuid",
                    JsonLogicalType => "json",
                    StringLogicalType => "text",
                    TimestampLogicalType { IsAdjustedToUtc: true, TimeUnit: TimeUnit.Micros } => "time",
                    var other => column.PhysicalType == PhysicalType.ByteArray ? "bytes" : $"{other}",
                };
            }
        }
    }

    // Written by the version before Parquet's own types, with ids as text and rows in no order.
    [Fact]
    public void A_slice_of_the_first_layout_is_read_found_and_verified()
    {
        var (slice, full, bare) = FirstLayout.CopyTo(_folder);

        var rows = Read(slice);

        Assert.Null(_files.Fault(slice, Token));
        Assert.Equal([full, bare], rows.Runs.Select(run => run.ProcessRunId));
        var run = rows.Runs[0];
        Assert.Equal(
            ("PROC:kg", bare, "key", "err \u4e2d", August.AddMicroseconds(123_457)),
            (run.ProcessDefinitionCode, run.ParentRunId, run.IdempotencyKey, run.ErrorRef, run.SettledAt));
        Assert.Equal([1, 2, 255], run.Fold!);
        Assert.Equal("dot_1", rows.Components[0].DotCode);
        Assert.Equal(bare, rows.Components[0].QueueJobId);
        Assert.Equal([full, bare, bare], rows.Components.Select(component => component.ProcessRunId));
        Assert.Equal(2, _files.Find(bare, Token)!.Components.Count);
    }

    [Fact]
    public async Task A_run_is_found_by_the_row_group_that_may_have_it_and_no_other_is_read()
    {
        var runs = Enumerable.Range(0, 3).Select(_ => Run()).ToList();
        var slices = new List<ArchiveSlice>();
        foreach (var run in runs)
        {
            slices.Add(await _files.Keep(
                new ArchivedRows(
                    [run],
                    [new ComponentRow { ComponentRunId = Guid.CreateVersion7(), ProcessRunId = run.ProcessRunId }]),
                Token));
        }

        // Had they been read, it would be told.
        foreach (var other in (ArchiveSlice[])[slices[0], slices[2]])
            await File.WriteAllTextAsync(PathOf(other, ".runs.parquet"), "rubbish", Token);

        var found = _files.Find(runs[1].ProcessRunId, Token)!;

        Assert.Equal(runs[1].ProcessRunId, Assert.Single(found.Runs).ProcessRunId);
        Assert.Single(found.Components);
        Assert.Null(_files.Find(Guid.CreateVersion7(), Token));
        Assert.Throws<ArchiveException>(() => _files.Find(runs[0].ProcessRunId, Token));
    }

    [Fact]
    public async Task Half_a_file_that_its_manifest_agrees_with_is_told_as_no_Parquet_and_not_read_as_less()
    {
        var slice = await Keep();
        var bytes = await File.ReadAllBytesAsync(PathOf(slice, ".runs.parquet"), Token);
        bytes = bytes[..(bytes.Length / 2)];
        await File.WriteAllBytesAsync(PathOf(slice, ".runs.parquet"), bytes, Token);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(PathOf(slice, ".json"), Token))!;
        manifest["runs"]!["sha256"] = ArchiveHash.Of(bytes);
        await File.WriteAllTextAsync(PathOf(slice, ".json"), manifest.ToJsonString(), Token);

        Assert.StartsWith(
            $"2026-08/{slice.Id}: the files are no Parquet of the ledger: ", _files.Fault(slice, Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_of_another_slice_or_of_a_newer_version_or_program_is_refused()
    {
        var (foreign, other, newer, nothing) = (await Keep(), await Keep(), await Keep(), await Keep());
        File.Copy(PathOf(other, ".json"), PathOf(foreign, ".json"), overwrite: true);
        await File.WriteAllTextAsync(
            PathOf(newer, ".json"),
            (await File.ReadAllTextAsync(PathOf(newer, ".json"), Token)).Replace(
                "\"layout\": 2", "\"layout\": 3", StringComparison.Ordinal),
            Token);
        await File.WriteAllTextAsync(PathOf(nothing, ".json"), "{\"table\": \"of somebody else\"}", Token);

        Assert.Contains(
            $"is the manifest of 2026-08/{other.Id}: put it back there", _files.Fault(foreign, Token),
            StringComparison.Ordinal);
        Assert.Contains("a newer RunLedger wrote", _files.Fault(newer, Token), StringComparison.Ordinal);
        Assert.Contains("is no manifest of the archive", _files.Fault(nothing, Token), StringComparison.Ordinal);
    }

    ArchivedRows Read(ArchiveSlice slice)
    {
        var parts = _files.Read(slice, Token).ToList();
        return new(
            [.. parts.SelectMany(part => part.Runs)], [.. parts.SelectMany(part => part.Components)]);
    }

    Task<ArchiveSlice> Keep() => _files.Keep(new ArchivedRows([Run(), Run()], []), Token);

    static RunRow Run() => new() { ProcessRunId = Guid.CreateVersion7(), CreatedAt = August, SettledAt = August };

    string PathOf(ArchiveSlice slice, string file) => Path.Combine(_folder, slice.Month, slice.Id + file);
}
