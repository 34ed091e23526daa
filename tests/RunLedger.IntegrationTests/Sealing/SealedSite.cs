using RunLedger.Cli.Verify;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Signing;
using RunLedger.Storage.Postgres;
using RunLedger.Verifying;

namespace RunLedger.IntegrationTests.Sealing;

/// <summary>Services that seal what they commit, and who looks whether it is as they wrote it.</summary>
sealed class SealedSite : IAsyncDisposable
{
    readonly string _folder;
    readonly CheckpointReader _reader;

    SealedSite(LedgerSite site, string folder, VerifyingKey key) =>
        (Site, _folder, _reader) = (site, folder, new([key]));

    public LedgerSite Site { get; }

    public string Archive => Path.Combine(_folder, "archive");

    string Kept => Path.Combine(_folder, "checkpoints.jsonl");

    public Dictionary<string, string> Settings => new()
    {
        ["RunLedger__Sealing__Enabled"] = "true",
        ["Checkpoint__SigningKey"] = Path.Combine(_folder, "signing.key"),
        ["Checkpoint__File"] = Kept,
        ["Checkpoint__Every"] = "00:00:01",
    };

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SealedSite> Create()
    {
        var folder = Directory.CreateTempSubdirectory("run-ledger-sealed-").FullName;
        var key = SigningKey.Create();
        var path = Path.Combine(folder, "signing.key");
        await File.WriteAllBytesAsync(path, key.Export(), Token);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new(await LedgerSite.Create(), folder, key.Public);
    }

    /// <summary>All is as the services wrote it, and was taken up and vouched for.</summary>
    public Task IsSound(ArchiveFiles? files = null) => Eventually.Async(
        async () =>
        {
            var report = await Look(files);
            Assert.True(report.Findings.Count == 0, string.Join('\n', report.Findings.Take(10)));
            return report is { NotTakenUp: 0, Open: 0, Commits: > 0, Epochs: 1 } ? null
                : $"{report.NotTakenUp} rows are not taken up, {report.Open} commits are open, {report.Commits} there";
        },
        TimeSpan.FromSeconds(30),
        () => Site.Output);

    /// <summary>What is found once something was done to the database; it is undone.</summary>
    public async Task<VerificationReport> After(string sql)
    {
        await using var connection = await Site.Database.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var ledger = new PostgresSql(connection, transaction);
        Assert.True(await ledger.Run(sql, Token) > 0, sql);
        return await new LedgerVerifier(ledger, _reader.Read, null).Run(Checkpoints(), Token);
    }

    public async Task<VerificationReport> Look(ArchiveFiles? files = null)
    {
        await using var snapshot = await LedgerSnapshot.Postgres(Site.Postgres, Token);
        return await new LedgerVerifier(
            snapshot.Sql, _reader.Read,
            files is null ? null : new FileChecks(files, new FileReading(TimeProvider.System).Of))
            .Run(Checkpoints(), Token);
    }

    /// <summary>The files, without the database.</summary>
    public (VerificationReport Report, ArchiveVerifier Verifier) Alone(ArchiveFiles files)
    {
        var verifier = new ArchiveVerifier(files, _reader.Read, new FileChecks(files));
        return (verifier.Run(File.ReadLines(SliceLog.PathIn(Archive)), Checkpoints(), Token), verifier);
    }

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    List<SealedCheckpoint> Checkpoints() => File.Exists(Kept)
        ? [.. File.ReadLines(Kept).Select(line => _reader.Read(line).Checkpoint).OfType<SealedCheckpoint>()]
        : [];
}
