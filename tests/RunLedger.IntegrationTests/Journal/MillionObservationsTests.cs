using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Journal;

public sealed partial class MillionObservationsTests(ITestOutputHelper output)
{
    const int Observations = 1_000_000;

    [Fact(Explicit = true)]
    public async Task A_million_observations_make_the_same_rows_and_of_a_hundredth_changed_all_are_named_and_no_other()
    {
        await using var site = await JournalSite.Create();
        await site.Start();
        var sent = await Publish(site);
        await Settled(site);

        var begun = Stopwatch.GetTimestamp();
        var rebuilt = await site.Run("rebuild", "--into", "log");
        output.WriteLine($"rebuilt in {Stopwatch.GetElapsedTime(begun)}: {rebuilt.Output}");
        begun = Stopwatch.GetTimestamp();
        var same = await site.Run("compare", "--schema", "log");
        output.WriteLine($"compared in {Stopwatch.GetElapsedTime(begun)}: {same.Output}");

        Assert.True(rebuilt.Code == 0, rebuilt.Error);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $" {sent:N0} observations taken, 0 rejected"),
            rebuilt.Output,
            StringComparison.Ordinal);
        Assert.True(same.Code == 0, same.Output);
        // By another way than the tool's.
        Assert.Equal(["0"], await Differing(site, "process_run_observation", "process_run_id"));
        Assert.Equal(["0"], await Differing(site, "process_component_observation", "component_run_id"));

        var changed = await Change(site);
        begun = Stopwatch.GetTimestamp();
        var compared = await site.Run("compare", "--schema", "log");
        output.WriteLine($"{changed.Count} changed rows, compared in {Stopwatch.GetElapsedTime(begun)}");

        Assert.Equal(1, compared.Code);
        Assert.Equal(
            changed.Order(),
            compared.Output.Split('\n').Select(line => Named().Match(line)).Where(line => line.Success)
                .Select(line => line.Groups[1].Value).Order());
        output.WriteLine($"peak memory of this process {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
    }

    /// <summary>Shuffled among their neighbours, every third twice, most of them many in one message.</summary>
    static async Task<int> Publish(JournalSite site)
    {
        var sent = 0;
        for (var seed = 100; sent < Observations; seed++)
        {
            var traffic = new Traffic(seed);
            var part = traffic.Disturbed([.. traffic.SharedRuns(200), .. traffic.Runs(5_000)]);
            await site.Ledger.Publisher.Send(part[..2_000]);
            await site.Ledger.Publisher.SendTogether(part[2_000..], most: 200);
            sent += part.Length;
        }

        return sent;
    }

    static async Task Settled(JournalSite site)
    {
        var before = -1L;
        await Eventually.Async(
            async () =>
            {
                var waiting = await site.Ledger.Publisher.Waiting(LedgerSite.Queue);
                var rows = long.Parse(
                    (await site.List("select coalesce(sum(1 + length(fold)), 0) from process_run_observation"))[0],
                    CultureInfo.InvariantCulture);
                var still = waiting == 0 && rows == before;
                before = rows;
                return still ? null : $"{waiting} messages wait";
            },
            TimeSpan.FromMinutes(20),
            () => site.Ledger.Output);
        await site.Ledger.Stop();
    }

    static Task<List<string>> Differing(JournalSite site, string table, string id) => site.List(
        $"""
         select count(*) from {table} l full join log.{table} j using ({id})
         where to_jsonb(l) - array['created_at', 'fold', 'live_at', 'deadline_at', 'settled_at']
           is distinct from to_jsonb(j) - array['created_at', 'fold', 'live_at', 'deadline_at', 'settled_at']
         """);

    static async Task<List<string>> Change(JournalSite site)
    {
        // Every hundredth by its id, which is no order that anything else has.
        var changed = await site.List(
            """
            with numbered as (
              select process_run_id, row_number() over (order by process_run_id) as n from process_run_observation)
            update process_run_observation r set
              output_ref = case n % 3 when 0 then coalesce(output_ref, '') || 'x' else output_ref end,
              started_at = case n % 3 when 1 then coalesce(started_at, '2025-01-01Z') + interval '1 microsecond'
                else started_at end,
              evidence_ref = case n % 3 when 2 then coalesce(evidence_ref, '{}') || '{"n": 1}' else evidence_ref end
            from numbered where numbered.process_run_id = r.process_run_id and n % 100 = 0
            returning r.process_run_id
            """);
        changed.AddRange(await site.List(
            """
            with numbered as (
              select component_run_id, row_number() over (order by component_run_id) as n
              from process_component_observation)
            update process_component_observation c set
              status = case n % 2 when 0 then 'orphan' else status end,
              dot_code = case n % 2 when 1 then coalesce(dot_code, '') || 'x' else dot_code end
            from numbered where numbered.component_run_id = c.component_run_id and n % 101 = 0
            returning c.component_run_id
            """));
        changed.AddRange(await site.List(
            """
            with numbered as (
              select component_run_id, row_number() over (order by component_run_id) as n
              from process_component_observation)
            delete from process_component_observation c
            using numbered where numbered.component_run_id = c.component_run_id and n % 10100 = 1
            returning c.component_run_id
            """));
        return changed;
    }

    [GeneratedRegex("^process_[a-z]+_observation ([0-9a-f-]{36}): ")]
    private static partial Regex Named();
}
