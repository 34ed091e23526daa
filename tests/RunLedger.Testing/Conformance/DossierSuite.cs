using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Dossier;
using RunLedger.Signing;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>A store of the test's own, whose runs are looked at as evidence.</summary>
public abstract class DossierSuite(Provider provider) : ArchiveSuite(provider), IAsyncDisposable
{
    protected const string Candidate = "PROC-CAND:dot:kg";

    /// <summary>After all that a test lets happen.</summary>
    protected static readonly DateTime Later = Some.Noon.UtcDateTime.AddDays(30);

    ServiceProvider? _reading;

    /// <summary>The document; there must be one.</summary>
    private protected async Task<DossierDocument> Dossier(DateTime? asOf = null, string candidate = Candidate) =>
        Assert.IsType<DossierDocument>((await Find(asOf ?? Later, candidate)).Document);

    private protected Task<(DossierDocument? Document, DateTime? First)> Find(DateTime asOf, string candidate)
    {
        _reading ??= new ServiceCollection().AddLedgerDatabase(Store.Reading).BuildServiceProvider();
        return new DossierQuery(_reading.GetRequiredService<IDbContextFactory<LedgerDb>>(), Options)
            .Find(candidate, asOf, Token);
    }

    /// <summary>As it would be signed.</summary>
    private protected static string Text(DossierDocument document) => System.Text.Encoding.UTF8.GetString(
        CanonicalText.Of(JsonSerializer.SerializeToElement(document, DossierJson.Default.DossierDocument)));

    private protected async Task Commit(params RunObservation[] messages)
    {
        foreach (var message in messages)
            await Ledger.Commit(message);
    }

    /// <summary>A run that began so many minutes after noon.</summary>
    private protected static Some Run(double minutes = 0, string candidate = Candidate) =>
        new() { Candidate = candidate, Start = Some.Noon.AddMinutes(minutes) };

    protected static string At(double minutes) => LedgerTime.Text(Some.Noon.UtcDateTime.AddMinutes(minutes));

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        if (_reading is not null)
            await _reading.DisposeAsync();
        await DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
