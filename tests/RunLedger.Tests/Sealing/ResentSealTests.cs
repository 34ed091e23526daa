using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Cli.Verify;
using RunLedger.Signing;
using RunLedger.Storage;
using RunLedger.Tests.Support;
using RunLedger.Verifying;

namespace RunLedger.Tests.Sealing;

/// <summary>What operators have the ledger do is sealed like what it does by itself.</summary>
public sealed class ResentSealTests : IDisposable
{
    readonly string _key = Path.Combine(Path.GetTempPath(), $"run-ledger-key-{Guid.CreateVersion7()}");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_key);

    [Fact]
    public async Task What_is_sent_again_and_refused_again_is_as_it_was_written()
    {
        await File.WriteAllBytesAsync(_key, SigningKey.Create().Export(), Stop);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var ledger = await EmbeddedLedger.Start(
            "--RunLedger:Sealing:Enabled", "true", "--Checkpoint:SigningKey", _key);
        using var body = new StringContent("""{"type":"RunStarted"}""", Encoding.UTF8, "application/json");
        await ledger.Post("/api/observations", body);
        var id = Assert.Single(ledger.List("select rejected_id from rejected_observation"));
        var before = Assert.Single(ledger.List("select rejected_at from rejected_observation"));

        await ledger.Post($"/api/rejected/{id}/resend", new StringContent("", Encoding.UTF8, "application/json"));

        Assert.NotEqual(before, Assert.Single(ledger.List("select rejected_at from rejected_observation")));
        var report = await ledger.Services.GetRequiredService<ILedgerTransactions>().InOne(
            sql => new LedgerVerifier(sql, new CheckpointReader([]).Read, null).Run([], Stop), Stop);
        Assert.Empty(report.Findings);
        Assert.Equal((1, 1), (report.Rows, report.Epochs));
    }
}
