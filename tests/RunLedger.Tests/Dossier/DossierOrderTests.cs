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
    [Theory]
    [InlineData(25)]
    [InlineData(1_000, Explicit = true)]
    public async Task Any_order_with_repetitions_gives_the_same_bytes_for_one_time(int sets) =>
        await (from twice in ObservationGen.Twice
               from second in Gen.Int[0, 4]
               select (twice.Once, twice.Again, AsOf: Some.Noon.UtcDateTime.AddSeconds(second))).SampleAsync(
            async sets => Assert.Equal(
                await Dossier(sets.Once, sets.AsOf, moving: false),
                await Dossier(sets.Again, sets.AsOf, moving: false)),
            iter: sets);

    [Theory]
    [InlineData(20)]
    [InlineData(1_000, Explicit = true)]
    public async Task What_was_observed_is_the_same_whenever_the_ledger_heard_of_it(int sets) =>
        await ObservationGen.Twice.SampleAsync(
            async sets => Assert.Equal(
                Observed(await Dossier(sets.Once, Some.Noon.UtcDateTime.AddSeconds(2), moving: false)),
                Observed(await Dossier(sets.Again, Some.Noon.UtcDateTime.AddSeconds(2), moving: true))),
            iter: sets);

    [Theory]
    [InlineData(30)]
    [InlineData(1_000, Explicit = true)]
    public async Task What_occurs_later_changes_nothing_of_before_whatever_it_is_and_in_whatever_order_it_comes(
        int sets) =>
        await (from messages in Later.Array[2, 12]
               from order in Gen.Int.Array[messages.Length]
               from second in Gen.Int[0, 5]
               let asOf = Some.Noon.AddSeconds(second)
               select (
                   ByThen: messages.Where(message => message.OccurredAt <= asOf).ToArray(),
                   All: messages.Zip(order).OrderBy(pair => pair.Second).Select(pair => pair.First).ToArray(),
                   AsOf: asOf.UtcDateTime)).Where(sets => sets.ByThen.Length > 0).SampleAsync(
            async sets => Assert.Equal(
                Observed(await Dossier(sets.ByThen, sets.AsOf, moving: false)),
                Observed(await Dossier(sets.All, sets.AsOf, moving: false))),
            iter: sets);

    // Two runs that are tried again and again; who they are nobody disputes, and a component's role is always said.
    static readonly Gen<RunObservation> Later =
        from kind in Gen.Int[0, 7]
        from number in Gen.Int[1, 2]
        from attempt in Gen.Int[1, 4]
        from at in Gen.Int[0, 6]
        from error in Gen.Int[0, 3]
        let run = new Some { Candidate = "P" }
        let component = new Guid(number, 1, (short)attempt, new byte[8])
        let message = kind switch
        {
            0 => run.Started(),
            1 => run.Heartbeat(),
            2 => (RunObservation)run.StepStarted(component),
            3 => run.StepCompleted(component),
            4 => run.StepFailed(component),
            5 => run.Completed(),
            6 => run.Cancelled(),
            _ => run.Failed(),
        } with
        {
            ProcessRunId = new Guid(number, 0, 0, new byte[8]),
            CorrelationId = "c",
            OccurredAt = Some.Noon.AddSeconds(at),
            Attempt = attempt,
            // Some are longer than what is kept of an attempt that was replaced.
            ErrorRef = kind is 4 or 7 ? $"the disk {new string((char)('a' + error), 600 * error)} is full" : null,
        }
        select message is StepObservation step
            ? step with { ComponentRole = "producer", DotCode = "load" }
            : message;

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
        line is ['{', ..]
            ? JsonSerializer.Deserialize<JsonElement>(line).GetProperty("observed").GetRawText()
            : "none"));
}
