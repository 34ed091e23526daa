using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Journal;

public sealed partial class JournalTests
{
    [Fact]
    public async Task What_was_published_makes_the_same_rows_and_names_each_that_was_changed()
    {
        var traffic = new Traffic(11);
        List<Sent> sent = [.. traffic.SharedRuns(40), .. traffic.Runs(200)];
        var expected = Oracle.Rows(sent);
        await using var site = await JournalSite.Create();
        await site.Start();
        var stream = traffic.Disturbed(sent);
        await site.Ledger.Publisher.Send(stream[..(stream.Length / 2)]);
        await site.Ledger.Publisher.SendTogether(stream[(stream.Length / 2)..], most: 50);
        await site.Ledger.Publisher.Send(
            "RunLedger.Contracts:RunStarted", "", Encoding.UTF8.GetBytes("rubbish"), "application/json");
        await site.Ledger.Settle(expected, rejected: 1);

        var rebuilt = await site.Run("rebuild", "--into", "log");
        var same = await site.Run("compare", "--schema", "log");

        Assert.True(rebuilt.Code == 0, rebuilt.Error);
        Assert.Matches(
            string.Create(CultureInfo.InvariantCulture, $" {stream.Length:N0} observations taken, 1 rejected"),
            rebuilt.Output);
        Assert.Matches(@"not taken: offset \d+, RunStarted: The body cannot be read", rebuilt.Error);
        Assert.Equal(expected, await site.Rows("log"));
        Assert.True(same.Code == 0, same.Output + same.Error);
        Assert.Contains("each is what the log says", same.Output, StringComparison.Ordinal);

        var changed = await Change(site);
        var compared = await site.Run("compare", "--schema", "log");

        Assert.Equal(1, compared.Code);
        Assert.Equal(
            changed.Order(),
            compared.Output.Split('\n').Select(line => Named().Match(line)).Where(line => line.Success)
                .Select(line => line.Groups[1].Value).Order());
        Assert.Contains(": output_ref changed, the log says ", compared.Output, StringComparison.Ordinal);
        Assert.Contains(": only in the log", compared.Output, StringComparison.Ordinal);
        var gaps = await site.Run("gaps");
        Assert.Equal(1, gaps.Code);
        Assert.Matches("unnamed: 1 runs that the ledger has from ", gaps.Output);
    }

    [Fact]
    public async Task A_log_that_has_lost_its_beginning_says_so_and_blames_no_row_for_it()
    {
        await using var site = await JournalSite.Create();
        await site.Start(("Journal__MaxBytes", "1000000"), ("Journal__SegmentBytes", "100000"));
        var traffic = new Traffic(12);
        var sent = traffic.Runs(1_000);
        var expected = Oracle.Rows(sent);
        await site.Ledger.Publisher.Send(sent);
        await site.Ledger.Settle(expected);

        var rebuilt = await site.Run("rebuild", "--into", "log");
        var compared = await site.Run("compare", "--schema", "log");
        var gaps = await site.Run("gaps");

        Assert.True(rebuilt.Code == 0, rebuilt.Error);
        var first = long.Parse(Begins().Match(rebuilt.Output).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        Assert.InRange(first, 1, sent.Count);
        Assert.True(compared.Code == 0, compared.Output);
        Assert.Matches("more differ and are older than the log", compared.Output);
        Assert.True(gaps.Code == 0, gaps.Output);
        Assert.Contains($"Retention has taken offsets 0 to {first - 1}", gaps.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await site.Run("gaps", "--json")).Output);
        Assert.Equal(
            (first, 0L, true),
            (json.RootElement.GetProperty("first").GetInt64(),
                json.RootElement.GetProperty("missingOffsets").GetInt64(),
                json.RootElement.GetProperty("unnamed")[0].GetProperty("beforeLog").GetBoolean()));
        Assert.Matches("[0-9]+ single offsets are the broker's own notes", gaps.Output);
        Assert.Matches("unnamed: .* runs .* before the log begins", gaps.Output);
    }

    [Fact]
    public async Task Each_verb_says_what_is_missing_and_touches_no_table_it_did_not_make()
    {
        await using var site = await JournalSite.Create();
        await site.Execute("create schema mine; create table mine.t (id int)");

        var none = await site.Run("rebuild", "--into", "log");
        await site.Start();
        var empty = await site.Run("rebuild", "--into", "log");
        var nothing = await site.Run("compare");
        var sent = new Traffic(13).Runs(5);
        await site.Ledger.Publisher.Send(sent);
        await site.Ledger.Settle(Oracle.Rows(sent));
        var own = await site.Run("rebuild", "--into", "public");
        var others = await site.Run("rebuild", "--into", "mine", "--replace");
        var done = await site.Run("rebuild", "--into", "log");
        var again = await site.Run("rebuild", "--into", "log");
        var goOn = await site.Run("rebuild", "--into", "log", "--continue");
        var anew = await site.Run("rebuild", "--into", "log", "--replace");

        Assert.Equal(2, none.Code);
        Assert.Contains("There is no stream run-ledger-journal", none.Error, StringComparison.Ordinal);
        Assert.Contains("Journal__Enabled=true", none.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("guest", none.Error, StringComparison.Ordinal);
        Assert.Equal((0, "run-ledger-journal is empty: there is nothing to rebuild.\n"), (empty.Code, empty.Output));
        Assert.Equal(
            (1, "run-ledger-journal is empty: there is nothing to compare.\n"), (nothing.Code, nothing.Output));
        Assert.Equal((2, 2), (own.Code, others.Code));
        Assert.Contains("the ledger's own schema", own.Error, StringComparison.Ordinal);
        Assert.Contains("holds tables that no rebuild has made", others.Error, StringComparison.Ordinal);
        Assert.Equal((0, 2, 0, 0), (done.Code, again.Code, goOn.Code, anew.Code));
        Assert.Contains("--continue", again.Error, StringComparison.Ordinal);
        Assert.Equal(done.Output, goOn.Output);
        Assert.Equal(done.Output, anew.Output);
        Assert.Equal(Oracle.Rows(sent), await site.Rows("log"));
        Assert.Equal(
            ["log", "mine", "public"],
            await site.List(
                """
                select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1
                """));
    }

    [Fact]
    public async Task What_a_restored_backup_lacks_comes_from_the_log_and_is_what_was_there()
    {
        var traffic = new Traffic(14);
        List<Sent> sent = [.. traffic.SharedRuns(10), .. traffic.Runs(60)];
        var stream = traffic.Disturbed(sent);
        await using var site = await JournalSite.Create();
        var begun = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        await site.Start();
        // Each half has a part of the same runs.
        await site.Ledger.Publisher.Send(stream[..(stream.Length / 2)]);
        await site.Ledger.Settle(Oracle.Rows(stream[..(stream.Length / 2)]));
        await using var restored = await site.Backup();
        await site.Start();
        await site.Ledger.Publisher.SendTogether(stream[(stream.Length / 2)..], most: 20);
        await site.Ledger.Publisher.Send(
            "RunLedger.Contracts:RunStarted", "", Encoding.UTF8.GetBytes("rubbish"), "application/json");
        await site.Ledger.Settle(Oracle.Rows(sent), rejected: 1);

        await restored.Start();
        var before = await restored.Run("compare", "--json");
        var sentAgain = await restored.Run("replay", "--since", begun);
        await restored.Ledger.Settle(Oracle.Rows(sent), rejected: 1);
        var after = await restored.Run("compare");

        Assert.Equal(1, before.Code);
        using var json = JsonDocument.Parse(before.Output);
        Assert.NotEmpty(json.RootElement.GetProperty("differences").EnumerateArray());
        Assert.True(sentAgain.Code == 0, sentAgain.Error);
        Assert.Matches(@"^Sent \d+ messages of the offsets 0 to \d+ of run-ledger-journal", sentAgain.Output);
        Assert.True(after.Code == 0, after.Output + after.Error);
        // What was sent again went to no exchange: the log has it once.
        Assert.Equal(
            $"{json.RootElement.GetProperty("last")}", Ends().Match(after.Output).Groups[1].Value);
    }

    /// <summary>A few rows: of some a value, of some all, and one of which nobody said anything.</summary>
    static async Task<List<string>> Change(JournalSite site)
    {
        var changed = await site.List(
            """
            update process_run_observation set output_ref = 'changed' where process_run_id in (
              select process_run_id from process_run_observation where status = 'completed' order by 1 limit 2)
            returning process_run_id
            """);
        changed.AddRange(await site.List(
            """
            update process_component_observation set evidence_ref = '[1]' where component_run_id in (
              select component_run_id from process_component_observation order by 1 limit 2)
            returning component_run_id
            """));
        changed.AddRange(await site.List(
            """
            update process_component_observation set status = 'orphan' where component_run_id in (
              select component_run_id from process_component_observation order by 1 offset 5 limit 1)
            returning component_run_id
            """));
        changed.AddRange(await site.List(
            """
            delete from process_component_observation where component_run_id in (
              select component_run_id from process_component_observation order by 1 offset 10 limit 2)
            returning component_run_id
            """));
        changed.AddRange(await site.List(
            """
            insert into process_run_observation (process_run_id, process_candidate_code, correlation_id, source_system)
            values (gen_random_uuid(), 'forged', 'c', 'dot_runtime') returning process_run_id
            """));
        return changed;
    }

    [GeneratedRegex("^process_[a-z]+_observation ([0-9a-f-]{36}): ")]
    private static partial Regex Named();

    [GeneratedRegex("^Read offsets ([0-9]+) to ")]
    private static partial Regex Begins();

    [GeneratedRegex("^Read offsets [0-9]+ to ([0-9]+) ")]
    private static partial Regex Ends();
}
