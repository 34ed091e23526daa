using RunLedger.Folding;
using RunLedger.Intake;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What is said of a candidate, whichever database its runs are in.</summary>
public abstract class DossierConformance(Provider provider) : DossierSuite(provider)
{
    [Fact]
    public async Task Runs_are_counted_by_where_they_stood_and_those_of_others_are_not()
    {
        var (completed, failed, cancelled, open) = (Run(), Run(1), Run(2), Run(3));
        await Commit(completed.Started(), completed.Completed(), failed.Started(), failed.Failed());
        await Commit(cancelled.Started(), cancelled.Cancelled(), open.Started(), open.StepStarted(Step));
        await Commit(Run(4).Observed(), Run(5, "PROC-CAND:other").Started());

        var dossier = await Dossier();

        var runs = dossier.Observed.Runs;
        Assert.Equal((4, 1, 1, 1, 1), (runs.Total, runs.Completed, runs.Failed, runs.Cancelled, runs.Open));
        Assert.Equal(1, dossier.Ledger.Announced);
        var success = dossier.Observed.Success;
        Assert.Equal((2, 1, 0.5m), (success.Of, success.Completed, success.Rate));
        // 1 - sqrt(0.975) and its counterpart, rounded away from the rate.
        Assert.Equal((0.012579m, 0.987421m), (success.Lower, success.Upper));
    }

    [Fact]
    public async Task What_occurs_after_the_time_changes_nothing()
    {
        var (again, late) = (Run(), Run(10));
        await Commit(again.Started(), again.Failed());
        await Commit(Run(1).Started());
        var before = await Dossier(Some.Noon.UtcDateTime.AddMinutes(5));

        await Commit(
            again.Started() with { Attempt = 2, OccurredAt = Some.Noon.AddMinutes(8) },
            again.Completed() with { Attempt = 2, OccurredAt = Some.Noon.AddMinutes(9) },
            again.StepFailed(Step) with { OccurredAt = Some.Noon.AddMinutes(9) },
            late.Started(),
            late.Completed());

        Assert.Equal(Text(before), Text(await Dossier(Some.Noon.UtcDateTime.AddMinutes(5))));
        var after = await Dossier();
        Assert.Equal((3, 2, 0), (after.Observed.Runs.Total, after.Observed.Runs.Completed, after.Observed.Runs.Failed));
        Assert.Equal((1, 2), (after.Observed.Attempts.RunsWithMoreThanOne, after.Observed.Attempts.Most));
    }

    [Fact]
    public async Task Archived_runs_count_with_their_components_and_one_that_is_in_both_places_once()
    {
        var (archived, kept) = (Run(), Run(1));
        await Commit(archived.Started(), archived.StepFailed(Step), archived.Completed());
        await Commit(kept.Started(), kept.Completed());
        await Settle(archived, "completed", Now.AddDays(-200));
        Assert.Equal(1, (await Move()).Runs);

        var first = await Dossier(Now);
        var before = await Dossier(Now.AddTicks(-10));
        // As a restore that somebody did by hand may leave it.
        await Query($"insert into process_run_archive ({Columns}, archived_at) "
            + $"select {Columns}, created_at from process_run_observation");
        var again = await Dossier(Now);

        Assert.Equal((2, 2, 1), (first.Observed.Runs.Total, first.Observed.Runs.Completed, first.Ledger.Archive.Runs));
        // By the ledger's clock it was not there yet; it counts all the same.
        Assert.Equal((2, 0), (before.Observed.Runs.Total, before.Ledger.Archive.Runs));
        Assert.Equal("it broke", Assert.Single(first.Observed.Failures).Error);
        Assert.Equal(Text(first), Text(again));
    }

    [Fact]
    public async Task Runs_purged_from_the_archive_are_said_not_to_be_counted()
    {
        Options.Archive.PurgeAfter = TimeSpan.FromDays(400);
        await Commit(Run().Started());

        Assert.Equal("400.00:00:00", (await Dossier()).Ledger.Archive.PurgedAfter);
    }

    [Fact]
    public async Task Durations_have_median_percentile_mean_and_variance_and_leave_out_what_is_unknown()
    {
        foreach (var seconds in (int[])[10, 20, 30, 100])
        {
            var run = Run(seconds);
            await Commit(run.Started(), run.Completed() with { OccurredAt = run.Start.AddSeconds(seconds) });
        }

        await Commit(Run().Completed(), Run().Started() with { OccurredAt = Some.Noon.AddMinutes(3) });
        var backwards = Run(2);
        await Commit(backwards.Started(), backwards.Completed() with { OccurredAt = backwards.Start.AddSeconds(-1) });

        var durations = (await Dossier()).Observed.Durations;

        Assert.Equal((4, 2), (durations.Runs, durations.Unknown));
        Assert.Equal((20m, 100m, 40m), (durations.P50Seconds, durations.P95Seconds, durations.MeanSeconds));
        Assert.Equal(1666.666667m, durations.VarianceSeconds2);
    }

    [Fact]
    public async Task Gaps_are_the_longest_silence_the_days_without_and_the_time_since_the_last_run()
    {
        foreach (var day in (int[])[0, 1, 5, 6])
            await Commit(Run(day * 24 * 60).Started());

        var gaps = (await Dossier(Some.Noon.UtcDateTime.AddDays(8))).Observed.Gaps;

        Assert.Equal((4, 5), (gaps.Days, gaps.DaysWithout));
        Assert.Equal((4 * 86_400m, 2 * 86_400m), (gaps.LongestSilence!.Seconds, gaps.SinceLastRunSeconds));
        Assert.Equal(Some.Noon.UtcDateTime.AddDays(1), gaps.LongestSilence.From);
        Assert.Equal((1, null), await Alone());

        async Task<(int, object?)> Alone()
        {
            await Commit(Run(0, "PROC-CAND:one").Started());
            var one = (await Dossier(candidate: "PROC-CAND:one")).Observed.Gaps;
            return (one.Days, one.LongestSilence);
        }
    }

    [Fact]
    public async Task A_producer_and_a_verifier_are_seen_in_the_runs_that_have_them()
    {
        var (both, one) = (Run(), Run(1));
        var (made, looked) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Commit(
            both.Started(),
            both.StepStarted(made) with { ComponentRole = "producer" },
            both.StepCompleted(made),
            both.StepStarted(looked) with { ComponentRole = "verifier" },
            both.StepCompleted(looked),
            both.Completed());
        await Commit(one.Started(), one.StepStarted(Step) with { ComponentRole = "producer" }, one.Completed());

        var parts = (await Dossier()).Observed.Components;
        var before = (await Dossier(Some.Noon.UtcDateTime.AddSeconds(15))).Observed.Components;

        Assert.Equal((2, 1, 1), (parts.RunsWithProducer, parts.RunsWithVerifier, parts.RunsWithBoth));
        Assert.Equal(
            (1, 1, 0), (parts.CompletedWithBothCompleted, before.RunsWithBoth, before.CompletedWithBothCompleted));
    }

    [Fact]
    public async Task Ends_and_identities_that_were_overruled_are_counted()
    {
        var (ended, named) = (Run(), Run(1));
        await Commit(
            ended.Started(), ended.Completed(), ended.Failed() with { OccurredAt = ended.Start.AddMinutes(4) });
        await Commit(named.Started(), named.Completed() with { CorrelationId = "another" });

        var overruled = (await Dossier()).Observed.Overruled;
        var before = (await Dossier(Some.Noon.UtcDateTime.AddMinutes(1.5))).Observed.Overruled;

        Assert.Equal((1, 1), (overruled.RunsWithOtherEnds, overruled.RunsWithOtherIdentities));
        Assert.Equal((0, 0), (before.RunsWithOtherEnds, before.RunsWithOtherIdentities));
    }

    [Fact]
    public async Task Failures_are_groups_with_what_operators_said_of_them_by_then()
    {
        foreach (var number in (int[])[1, 2])
        {
            var run = Run(number);
            await Commit(run.Started(), run.Failed() with { ErrorRef = $"order {number} not found" });
        }

        var component = Run(3);
        await Commit(component.Started(), component.StepStarted(Step), component.StepFailed(Step));
        var group = ErrorShape.Fingerprint(Candidate, null, "order # not found");
        await Query($"""
            insert into failure_group (fingerprint, note, noted_at, noted_by, acknowledged_at, acknowledged_by)
            values ('{group}', 'known <b>', '{At(10)}', 'ann', '{At(20)}', 'bob'),
              ('ffff', 'of another', '{At(10)}', 'ann', null, null)
            """);

        var dossier = await Dossier();
        var between = await Dossier(Some.Noon.UtcDateTime.AddMinutes(15));

        Assert.Equal(
            [(null, "order # not found", 2), ("dot_kg_check", "it broke", 1L)],
            dossier.Observed.Failures.Select(failure => ((string?)failure.Component, failure.Error, failure.Count)));
        Assert.Equal(group, dossier.Observed.Failures[0].Fingerprint);
        Assert.Equal(("known <b>", "ann", "bob"), Said(dossier));
        Assert.Equal(("known <b>", "ann", null), Said(between));
        Assert.Empty((await Dossier(Some.Noon.UtcDateTime.AddMinutes(5))).Ledger.Notes);

        static (string?, string?, string?) Said(Service.Dossier.DossierDocument of) =>
            Assert.Single(of.Ledger.Notes) is var note ? (note.Note, note.NotedBy, note.AcknowledgedBy) : default;
    }

    [Fact]
    public async Task What_was_rejected_is_the_candidates_where_its_body_says_so()
    {
        await Commit(Run().Started());
        await Rejected(1, $$"""{"processCandidateCode":"{{Candidate}}"}""", "open");
        await Rejected(2, $$"""{"message":{"ProcessCandidateCode":"{{Candidate}}","at":""", "discarded");
        await Rejected(3, """{"processCandidateCode":"PROC-CAND:other"}""", "open");
        await Rejected(4, "no JSON", "open");
        await Rejected(5, $$"""{"processCandidateCode":"{{Candidate}}"}""", "open", minutes: 60 * 24 * 100);

        var rejected = (await Dossier()).Ledger.Rejected;

        Assert.Equal((1, 0, 1), (rejected.Open, rejected.Resent, rejected.Discarded));
        Assert.Equal((1, 4, 0), (rejected.OfUnknownCandidate, rejected.LookedAt, rejected.NotLookedAt));
    }

    [Fact]
    public async Task Expected_runs_that_did_not_start_count_as_they_were_known_by_then()
    {
        await Commit(Run().Started());
        Assert.Null((await Dossier()).Ledger.Missed);
        foreach (var (name, candidate) in new[] { ("own", Candidate), ("other", "PROC-CAND:*") })
        {
            await Query(
                $"""
                 insert into expectation (name, candidate, cron, grace_seconds, early_seconds, most_runs, armed_at,
                   armed_by, heard_until, judged_until)
                 values ('{name}', '{candidate}', '0 * * * *', 60, 60, 1, '{At(-60)}', 'anna', '{At(9)}', '{At(9)}')
                 """);
            await Query(
                $"""
                 insert into missed_slot (expectation, slot_at, missed_at, came_at)
                 values ('{name}', '{At(1)}', '{At(2)}', '{At(5)}'), ('{name}', '{At(3)}', '{At(4)}', null),
                   ('{name}', '{At(6)}', '{At(8)}', null)
                 """);
        }

        Assert.Equal([(0, 0), (1, 0), (2, 0), (2, 1), (2, 1), (3, 1)], [
            await Missed(1), await Missed(2), await Missed(4), await Missed(5), await Missed(7), await Missed(8),
        ]);

        async Task<(long, long)> Missed(int minute) =>
            (await Dossier(Some.Noon.UtcDateTime.AddMinutes(minute))).Ledger.Missed is { } missed
                ? (missed.Slots, missed.CameLate)
                : (-1, -1);
    }

    [Fact]
    public async Task Flags_count_from_when_the_ledger_raised_them_until_it_took_them_back()
    {
        var run = Run();
        await Commit(run.Started());
        await Query($$"""
            update process_run_observation set evidence_ref = '{"flags": [
              {"flag": "stuck", "limit": "quiet", "value": "00:05:00", "lastObservedAt": "{{At(0)}}",
               "flaggedAt": "{{At(5)}}", "recoveredAt": "{{At(8)}}", "recoveredBy": "StepStarted"},
              {"flag": "orphan", "limit": "parent", "value": "00:05:00", "lastObservedAt": "{{At(0)}}",
               "flaggedAt": "{{At(6)}}"}]}'
            """);

        Assert.Equal([(0, 0, 0, 0), (1, 1, 0, 0), (1, 1, 1, 1), (1, 0, 1, 1)], [
            await Flags(4), await Flags(5), await Flags(7), await Flags(9),
        ]);

        async Task<(long, long, long, long)> Flags(int minutes)
        {
            var said = (await Dossier(Some.Noon.UtcDateTime.AddMinutes(minutes))).Ledger;
            return (said.Stuck.Ever, said.Stuck.Then, said.Orphans.Ever, said.Orphans.Then);
        }
    }

    [Fact]
    public async Task Without_a_run_that_had_begun_there_is_no_document_and_the_first_one_is_named()
    {
        await Commit(Run(5).Started(), Run(9).Started());

        Assert.Equal((null, null), await Find(Later, "PROC-CAND:unknown"));
        Assert.Equal((null, Some.Noon.UtcDateTime.AddMinutes(5)), await Find(Some.Noon.UtcDateTime, Candidate));
    }

    async Task Rejected(int number, string body, string state, int minutes = 0)
    {
        await Ledger.Reject(new()
        {
            RejectedId = Guid.Parse($"0198c0de-0000-7000-8000-{number:x12}"),
            Contract = "RunStarted",
            Origin = "test",
            Payload = System.Text.Encoding.UTF8.GetBytes(body),
            Reason = "It has no id.",
            RejectedAt = Some.Noon.UtcDateTime.AddMinutes(minutes),
        });
        await Query($"update rejected_observation set state = '{state}' where rejected_id = "
            + $"'0198c0de-0000-7000-8000-{number:x12}'");
    }
}
