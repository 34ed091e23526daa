using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Service.Checkpoints;
using RunLedger.Signing;
using RunLedger.Verifying;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>A ledger that seals its commits, and what vouches for it.</summary>
public abstract class SealSuite : StoreSuite
{
    protected static readonly DateTime Later = new(2027, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    readonly SigningKey _key = SigningKey.Create();
    readonly CommitSeals _seals = new(TimeProvider.System);

    protected SealSuite(Provider provider)
        : base(provider)
    {
        Options.Sealing.Enabled = true;
    }

    private protected override CommitSeals? Seals => _seals;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected SealAdoption Adoption => new(Store.Transactions, new(_seals));

    private protected ArchiveFiles? Files { get; set; }

    private protected async Task<SealedCheckpoint?> Checkpoint() => (await Made())?.Checkpoint;

    private protected Task<MadeCheckpoint?> Made() => new Checkpoints(
        Store.Transactions, checkpoint => SignedCheckpoint.Write(checkpoint, _key), TimeProvider.System).Once(Token);

    /// <summary>Everything that was there before is taken up.</summary>
    protected async Task Adopt()
    {
        while (await Adoption.Once(Token))
            Token.ThrowIfCancellationRequested();
    }

    private protected Task<VerificationReport> Verify(params SealedCheckpoint[] kept) => Store.Transactions.InOne(
        sql => new LedgerVerifier(sql, Read, Files is null ? null : new FileChecks(Files)).Run(kept, Token), Token);

    protected async Task IsSound()
    {
        var report = await Verify();
        Assert.True(report.Findings.Count == 0, string.Join('\n', report.Findings.Take(10)));
        Assert.Equal(0, report.NotTakenUp);
    }

    private protected (SealedCheckpoint? Checkpoint, string? Fault) Read(string document)
    {
        var found = SignedDocument.Verify(Encoding.UTF8.GetBytes(document), _key.Public);
        if (found.Fault is not null)
            return (null, found.Words);
        using var json = JsonDocument.Parse(document);
        var inner = json.RootElement.GetProperty("document");
        return (SealedCheckpoint.Read(
            inner, Convert.ToHexStringLower(SHA256.HashData(CanonicalText.Of(inner)))), null);
    }

    /// <summary>Runs of every kind: ended, open, failed, merged, and something that was set aside.</summary>
    private protected async Task<List<Some>> Life(int runs)
    {
        var all = Enumerable.Range(0, runs).Select(_ => Some.Run()).ToList();
        foreach (var (at, run) in all.Index())
        {
            var step = Guid.CreateVersion7();
            await Ledger.Commit(run.Started() with { EvidenceRef = Evidence(at) });
            await Ledger.Together(run.StepStarted(step), run.StepCompleted(step), run.Heartbeat());
            if (at % 3 == 0)
                await Ledger.Commit(run.Completed() with { OutputRef = new string('o', 200) });
            else if (at % 3 == 1)
                await Ledger.Commit(run.Failed());
        }

        await Ledger.Reject(Rubbish(1));
        return all;
    }

    private protected static Storage.Rows.RejectedRow Rubbish(byte number) =>
        new Intake.Rejections(TimeProvider.System).Of("RunStarted", "test", "text/plain", [number, 2, 3], "is none");

    static JsonElement? Evidence(int at) => at % 2 == 0
        ? null
        : JsonDocument.Parse($$"""{"z":1.50,"a":["é","b",1e2],"at":{{at}}}""").RootElement;

    private protected Task<MovedSlice> Archive() => Store.Archive.Move(
        new SliceChoice(
            new(DateTime.UnixEpoch, Guid.Empty), Later, 1_000, new RetentionPeriods(Options),
            OneMonth: Files is not null),
        Files is null ? null : Files.Keep,
        Token);

    /// <summary>As the machine would have: a run whose time is counted.</summary>
    private protected Task Settle(Some run, DateTime at) => Ledger.Commit(
        run.Completed() with { OccurredAt = run.Start.AddSeconds(61) },
        rows => rows.Run = rows.Run! with
        {
            Deadlines = (rows.Run.Deadlines ?? new() { CreatedAt = Later.AddYears(-2) }) with
            {
                SettledAt = at,
                DeadlineAt = at.AddHours(1),
            },
        });

    protected static string Quoted(DateTime time) => $"'{LedgerTime.Text(time)}'";
}
