using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Service.Database;
using RunLedger.Service.Dossier;
using RunLedger.Signing;
using RunLedger.Testing;
using RunLedger.Testing.Stores;

namespace RunLedger.Tests.Dossier;

/// <summary>A dossier is a function of the set of observations and of the time that is asked for.</summary>
public sealed class DossierOrderTests
{
    [Fact]
    public async Task Any_order_with_repetitions_gives_the_same_bytes_for_one_time() =>
        await (from twice in ObservationGen.Twice
               from second in Gen.Int[0, 4]
               select (twice.Once, twice.Again, AsOf: Some.Noon.UtcDateTime.AddSeconds(second))).SampleAsync(
            async sets => Assert.Equal(
                await Dossier(sets.Once, sets.AsOf, moving: false),
                await Dossier(sets.Again, sets.AsOf, moving: false)),
            iter: 60);

    [Fact]
    public async Task What_was_observed_is_the_same_whenever_the_ledger_heard_of_it() =>
        await ObservationGen.Twice.SampleAsync(
            async sets => Assert.Equal(
                Observed(await Dossier(sets.Once, Some.Noon.UtcDateTime.AddSeconds(2), moving: false)),
                Observed(await Dossier(sets.Again, Some.Noon.UtcDateTime.AddSeconds(2), moving: true))),
            iter: 40);

    static async Task<string> Dossier(RunObservation[] messages, DateTime asOf, bool moving)
    {
        await using var store = new SqliteTestStore();
        var time = new FakeTimeProvider(Some.Noon.AddDays(1));
        await using (var ledger = new FoldingLedger(store.Ledger, time))
        {
            foreach (var message in messages)
            {
                await ledger.Commit(message);
                if (moving)
                    time.Advance(TimeSpan.FromMinutes(7));
            }
        }

        await using var reading = new ServiceCollection().AddLedgerDatabase(store.Reading).BuildServiceProvider();
        var query = new DossierQuery(reading.GetRequiredService<IDbContextFactory<LedgerDb>>(), new RunLedgerOptions());
        var text = new StringBuilder();
        foreach (var candidate in (string[])["P", "Q"])
        {
            var (document, first) = await query.Find(candidate, asOf, TestContext.Current.CancellationToken);
            text.AppendLine(document is null
                ? $"first at {first:o}"
                : Encoding.UTF8.GetString(CanonicalText.Of(
                    JsonSerializer.SerializeToElement(document, DossierJson.Default.DossierDocument))));
        }

        return text.ToString();
    }

    static string Observed(string lines) => string.Join('\n', lines.Split('\n').Select(line =>
        line is ['{', ..] ? JsonSerializer.Deserialize<JsonElement>(line).GetProperty("observed").GetRawText() : line));
}
