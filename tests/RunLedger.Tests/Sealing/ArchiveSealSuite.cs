using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Cli.Verify;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Testing.Conformance;
using RunLedger.Tests.Storage.Sqlite;
using RunLedger.Verifying;

namespace RunLedger.Tests.Sealing;

/// <summary>A sealed ledger whose runs go to files.</summary>
public abstract class ArchiveSealSuite : SealSuite, IDisposable
{
    readonly string _folder = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}");

    protected ArchiveSealSuite()
        : base(new SqliteProvider())
    {
        Options.Archive.Directory = Path.Combine(_folder, "archive");
        Files = new ArchiveFiles(Options);
    }

    protected string Directory_ => Options.Archive.Directory!;

    private protected ArchiveFiles Own => Files!;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>So many runs that have left the tables for a slice of files; what they are called there.</summary>
    private protected async Task<List<Some>> Filed(int runs, int components = 1)
    {
        var all = Enumerable.Range(0, runs).Select(_ => Some.Run()).ToList();
        foreach (var run in all)
        {
            await Ledger.Commit(run.Started());
            for (var component = 0; component < components; component++)
                await Ledger.Commit(run.StepStarted(Guid.CreateVersion7()));
            await Settle(run, Later.AddYears(-1));
        }

        Assert.Equal(runs, (await Archive()).Runs);
        return all;
    }

    /// <summary>The slices of files become one.</summary>
    private protected async Task Compact()
    {
        var compaction = new ArchiveCompaction(
            Store.Archive, Own, new FakeTimeProvider(Later.AddDays(2)), NullLogger<ArchiveCompaction>.Instance);
        Assert.True(await compaction.Once(Token));
    }

    private protected Task<VerificationReport> Look() => Store.Transactions.InOne(
        sql => new LedgerVerifier(sql, Read, new FileChecks(Own, new FileReading(TimeProvider.System).Of))
            .Run([], Token), Token);

    /// <summary>The only slice of files.</summary>
    private protected SliceManifest Slice() => Assert.Single(Own.Folder.Manifests());

    private protected string PathOf(ArchivedFile file, SliceManifest? slice = null) =>
        Own.Folder.PathOf((slice ?? Slice()).Month, file.Name);

    /// <summary>The file of runs as Parquet of other rows; where its row groups are then.</summary>
    private protected List<(Guid First, Guid Last, int Rows, long End)> Rewrite(
        Func<List<RunRow>, IEnumerable<RunRow>> change, SliceManifest? slice = null)
    {
        slice ??= Slice();
        var rows = change([.. Own.Runs(slice)]).ToList();
        using var stream = new FileStream(PathOf(slice.Runs, slice), FileMode.Truncate, FileAccess.ReadWrite);
        return ParquetTable.Runs.Write(stream, rows);
    }
}
