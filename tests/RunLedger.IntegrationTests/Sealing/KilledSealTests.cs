using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Retention;

namespace RunLedger.IntegrationTests.Sealing;

/// <summary>Services that seal die in the middle of something, and nothing looks as if it had been changed.</summary>
public sealed class KilledSealTests
{
    /// <summary>Small slices, and enough of them that they become one.</summary>
    const int Slice = 10;
    const int Runs = 36 * Slice;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(4, Explicit = true)]
    public async Task Replicas_of_which_one_is_killed_in_mid_commit_leave_what_verifies_and_what_is_touched_is_named(
        int replicas)
    {
        var traffic = new Traffic(31);
        var sent = traffic.Runs(150);
        var expected = Oracle.Rows(sent);
        await using var ledger = await SealedSite.Create();
        var site = ledger.Site;
        await site.Preload(traffic.Disturbed(sent));
        await using var gate = await Gate.Close(
            site.Database, "after insert on sealed_commit for each row", "new.seq > 40");
        var settings = Gate.Patient(site, ledger.Settings.Concat(LedgerSite.Slow).ToDictionary());
        var victim = await site.Start(settings, ready: false);
        // It is in the middle of a commit, which is made, and it does not live to hear of it; others take its place.
        await gate.Holds(1, () => site.Output);
        await Task.WhenAll(Enumerable.Range(1, replicas - 1).Select(_ => site.Start(settings)));

        await victim.Kill();
        await gate.Open();

        await Eventually.Async(
            async () => await site.Publisher.Waiting(LedgerSite.Queue) is > 0 and var left ? $"{left} wait" : null,
            TimeSpan.FromSeconds(60), () => site.Output);
        await ledger.IsSound();
        await site.Settle(expected);
        await ledger.IsSound();
        Assert.True(int.Parse((await site.List("select count(distinct lane)::text from sealed_commit"))[0],
            System.Globalization.CultureInfo.InvariantCulture) >= replicas, "They did not all commit.");
        foreach (var (sql, table, id) in ((string, string, string)[])
            [
                ("update {0} set output_ref = 'x' where {1} = '{2}'", "process_run_observation", "process_run_id"),
                ("delete from {0} where {1} = '{2}'", "process_component_observation", "component_run_id"),
                ("update {0} set evidence_ref = '1' where {1} = '{2}'", "process_run_observation", "process_run_id"),
                ("update {0} set leaves = leaves || '\\x00' where {1} = {2}", "sealed_commit", "seq"),
                ("delete from {0} where {1} = {2}", "sealed_commit", "seq"),
            ])
        {
            await Touched(sql, table, id);
        }

        async Task Touched(string sql, string table, string id)
        {
            var key = (await site.List($"select {id}::text from {table} order by md5({id}::text) limit 1"))[0];
            var report = await ledger.After(string.Format(
                System.Globalization.CultureInfo.InvariantCulture, sql, table, id, key));
            Assert.Contains(report.Findings, finding => finding.Contains(
                table == "sealed_commit" ? "commit" : key, StringComparison.Ordinal));
        }
    }

    [Fact(Explicit = true)]
    public async Task A_service_killed_while_it_writes_a_slice_and_while_it_makes_one_of_many_leaves_what_verifies()
    {
        await using var ledger = await SealedSite.Create();
        var site = ledger.Site;
        await Fill(site);
        var settings = Gate.Patient(site, ledger.Settings);
        settings["Archive__Directory"] = ledger.Archive;
        settings["RunLedger__Retention__Every"] = "00:00:01";
        settings["RunLedger__Retention__SliceSize"] = $"{Slice}";
        var options = new RunLedgerOptions();
        options.Archive.Directory = ledger.Archive;
        var files = new ArchiveFiles(options);

        // The files of a slice are written, and its transaction is under way; then those of one that replaces many.
        foreach (var trigger in (string[])["insert on archive_slice", "delete on archive_slice"])
        {
            await using var gate = await Gate.Close(
                site.Database, $"after {trigger} for each row",
                trigger[0] == 'i' ? "(select count(*) from archive_slice) > 3" : "true");
            var victim = await site.Start(settings, ready: false);
            await gate.Holds(1, () => site.Output);
            await victim.Kill();
            await gate.Open();
        }

        var last = await site.Start(settings);
        await Eventually.Async(
            async () => await site.List("select count(*)::text from archive_slice where runs > 10") is ["0"]
                || await site.List("select count(*)::text from process_run_observation") is not ["0"]
                ? "not all is archived and compacted" : null,
            TimeSpan.FromSeconds(90), () => last.Output);
        await Eventually.Async(
            () =>
            {
                // What the dead left behind counts as none of the archive's, and is named as that.
                var (report, verifier) = ledger.Alone(files);
                return Task.FromResult(report.Findings.Count == 0 && verifier.Newer.Count == 2 ? null
                    : string.Join('\n', [.. report.Findings, .. verifier.Newer]));
            },
            TimeSpan.FromSeconds(30), () => last.Output);
        await last.Stop();
        await ledger.IsSound(files);

        var slice = files.Folder.Manifests()[0];
        await File.AppendAllTextAsync(files.Folder.PathOf(slice.Month, slice.Runs.Name), " ", Token);

        Assert.Contains((await ledger.Look(files)).Findings, finding =>
            finding.StartsWith($"slice {slice.SliceId}", StringComparison.Ordinal));
        Assert.Contains(ledger.Alone(files).Report.Findings, finding =>
            finding.StartsWith($"slice {slice.SliceId}", StringComparison.Ordinal));
    }

    // Completed runs with a component each, all over.
    static async Task Fill(LedgerSite site)
    {
        await using var command = site.Database.CreateCommand(
            $"""
             insert into process_run_observation
               (process_run_id, process_candidate_code, correlation_id, source_system, status, settled_at)
             select gen_random_uuid(), 'P', 'c', 'dot_runtime', 'completed',
               '2026-01-01T23:00:00Z'::timestamptz + n * interval '1 s'
             from generate_series(1, {Runs}) n;
             insert into process_component_observation (component_run_id, process_run_id, correlation_id,
               source_system, status)
             select gen_random_uuid(), process_run_id, 'c', 'dot_runtime', 'step_completed'
             from process_run_observation
             """);
        await command.ExecuteNonQueryAsync(Token);
    }
}
