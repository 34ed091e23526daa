using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Testing;

namespace RunLedger.Tests.Folding;

/// <summary>The columns of a row, said once more: straight from all observations, with nothing merged.</summary>
public sealed class FoldRulesTests
{
    static readonly Gen<Observation[]> Set = ObservationGen.Set.Select(set => set.Select(Admit).ToArray());

    [Fact]
    public void A_header_says_what_the_rules_make_of_its_observations() => Set.Sample(all =>
    {
        var row = RunRow.From(all.Select(RunProjection.Of).Aggregate(Fold.Merge));
        var best = all.OrderBy(o => o.Message is StepObservation ? 2 : o.Message is RunStarted ? 0 : 1)
            .ThenBy(o => o.Key)
            .ToArray();
        var own = best.Where(o => o.Message is not StepObservation).ToArray();
        // Of starts and ends those of the greatest attempt that any observation names.
        var attempt = all.Max(o => o.Message.Attempt ?? 1);
        var counting = all.Where(o => (o.Message.Attempt ?? 1) == attempt).ToArray();
        var ending = counting.Where(o => o.Message is RunCompleted or RunFailed or RunCancelled)
            .OrderBy(o => o.Key.At).ThenBy(o => o.Message is RunFailed ? 0 : o.Message is RunCancelled ? 1 : 2)
            .ThenBy(o => o.Key.Hash).FirstOrDefault();
        var starts = counting.Where(o => o.Message is RunStarted).ToArray();
        var step = all.Where(o => o.Message is StepObservation).OrderByDescending(o => o.Message.Attempt ?? 1)
            .ThenByDescending(o => o.Key.At).ThenBy(o => o.Message is StepCompleted ? 0 : 1).FirstOrDefault();
        // A step that names no attempt, or a lesser one, is of this one where it came after its start.
        var newestStep = step is not null && ((step.Message.Attempt ?? 1) == attempt
            || starts.Any(o => o.Key.At <= step.Key.At)) ? step.Message : null;

        Assert.Equal(best[0].Message.ProcessRunId, row.ProcessRunId);
        Assert.Equal(best[0].Message.ProcessCandidateCode, row.ProcessCandidateCode);
        Assert.Equal(best[0].Message.CorrelationId, row.CorrelationId);
        Assert.Equal(best[0].Message.SourceSystem, row.SourceSystem);
        Assert.Equal(best.Select(o => o.Message.ParentRunId).FirstOrDefault(p => p is not null), row.ParentRunId);
        Assert.Equal(own.Select(o => o.Message.IdempotencyKey).FirstOrDefault(k => k is not null), row.IdempotencyKey);
        Assert.Equal(own.Select(o => o.Message.InputRef).FirstOrDefault(i => i is not null), row.InputRef);
        Assert.Equal(ending?.Message.OutputRef, row.OutputRef);
        Assert.Equal(ending?.Message.ErrorRef, row.ErrorRef);
        Assert.Equal(ending is null ? null : LedgerTime.Time(ending.Key.At), row.EndedAt);
        Assert.Equal(starts.Length == 0 ? null : LedgerTime.Time(starts.Min(o => o.Key.At)), row.StartedAt);
        var status = ending?.Message switch
        {
            RunFailed => RunStatus.Failed,
            RunCancelled => RunStatus.Cancelled,
            RunCompleted => RunStatus.Completed,
            _ when newestStep is StepCompleted => RunStatus.StepCompleted,
            _ when newestStep is not null => RunStatus.StepStarted,
            _ => starts.Length > 0 ? RunStatus.Started : RunStatus.Observed,
        };
        Assert.Equal(status, row.Status);
        Assert.Equal(attempt, row.Attempt);
        SaysEvidence(own, row, o => o.Message.Attempt ?? 1);
        SaysAttempts(all, attempt, row);
    }, iter: 2_000);

    [Fact]
    public void A_detail_says_what_the_rules_make_of_its_observations() => Set.Sample(set =>
    {
        var all = set.Where(o => o.Message is StepObservation).ToArray();
        if (all.Length == 0)
            return;
        var fold = all.Select(ComponentProjection.Of).Aggregate(Fold.Merge);
        var row = ComponentRow.From(fold, Guid.AllBitsSet);
        var best = all.OrderBy(o => o.Message is StepStarted ? 0 : 1)
            .ThenBy(o => o.Key)
            .Select(o => (StepObservation)o.Message)
            .ToArray();
        // That nobody waits for it any more counts only where the component itself said nothing.
        var ending = all.Where(o => o.Message is StepCompleted or StepFailed or StepCancelled)
            .OrderBy(o => o.Message is StepCancelled)
            .ThenBy(o => o.Key.At).ThenBy(o => o.Message is StepFailed ? 0 : 1).ThenBy(o => o.Key.Hash)
            .FirstOrDefault();
        var starts = all.Where(o => o.Message is StepStarted).ToArray();

        Assert.Equal(best[0].ComponentRunId, row.ComponentRunId);
        Assert.Equal(best[0].ProcessRunId, ComponentProjection.RunId(fold));
        Assert.Equal(Guid.AllBitsSet, row.ProcessRunId);
        Assert.Equal(best[0].CorrelationId, row.CorrelationId);
        Assert.Equal(best[0].SourceSystem, row.SourceSystem);
        Assert.Equal(best.Select(m => m.ParentRunId).FirstOrDefault(v => v is not null), row.ParentRunId);
        Assert.Equal(best.Select(m => m.IdempotencyKey).FirstOrDefault(v => v is not null), row.IdempotencyKey);
        Assert.Equal(best.Select(m => m.InputRef).FirstOrDefault(v => v is not null), row.InputRef);
        Assert.Equal(best.Select(m => m.DotCode).FirstOrDefault(v => v is not null), row.DotCode);
        Assert.Equal(best.Select(m => m.EventCode).FirstOrDefault(v => v is not null), row.EventCode);
        Assert.Equal(ending?.Message.OutputRef, row.OutputRef);
        Assert.Equal(ending?.Message.ErrorRef, row.ErrorRef);
        Assert.Equal(ending is null ? null : LedgerTime.Time(ending.Key.At), row.EndedAt);
        Assert.Equal(starts.Length == 0 ? null : LedgerTime.Time(starts.Min(o => o.Key.At)), row.StartedAt);
        Assert.Equal(
            ending?.Message switch
            {
                StepFailed => RunStatus.Failed,
                StepCompleted => RunStatus.StepCompleted,
                StepCancelled => RunStatus.Cancelled,
                _ => RunStatus.StepStarted,
            },
            row.Status);
        SaysEvidence(all, row, _ => 1);
    }, iter: 2_000);

    // Of one contract the first evidence of the last attempt; of what repeats by nature the last.
    static void SaysEvidence(Observation[] all, LedgerRow row, Func<Observation, int> attempt)
    {
        var from = row.EvidenceRef is null ? null : JsonNode.Parse(row.EvidenceRef)!["from"]?.AsObject();
        var given = all.Where(o => o.Evidence is not null).GroupBy(o => o.Contract).ToArray();
        Assert.Equal(given.Length, from?.Count ?? 0);
        foreach (var contract in given)
        {
            var last = contract.GroupBy(attempt).MaxBy(of => of.Key)!;
            var counts = contract.Key is Contract.RunHeartbeat or Contract.RunObserved
                ? last.MaxBy(o => o.Key)!
                : last.MinBy(o => o.Key)!;
            Assert.Equal(LedgerTime.Text(counts.Key.At), (string?)from![contract.Key.ToString()]!["at"]);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(counts.Evidence!), from[contract.Key.ToString()]!["value"]));
        }
    }

    static void SaysAttempts(Observation[] all, int attempt, RunRow row)
    {
        var evidence = row.EvidenceRef is null ? null : JsonNode.Parse(row.EvidenceRef);
        Assert.Equal(attempt == 1 ? null : attempt, (int?)evidence?["attempt"]);
        var expected = all.Where(o => (o.Message.Attempt ?? 1) < attempt
                && o.Message is RunStarted or RunCompleted or RunFailed or RunCancelled)
            .GroupBy(o => o.Message.Attempt ?? 1)
            .Where(of => of.Key < attempt)
            .OrderByDescending(of => of.Key)
            .Select(of =>
            {
                var started = of.Where(o => o.Message is RunStarted).Select(o => o.Key.At).Order().ToList();
                var ended = of.Where(o => o.Message is not RunStarted)
                    .OrderBy(o => o.Key.At).ThenBy(o => o.Message is RunFailed ? 0 : o.Message is RunCancelled ? 1 : 2)
                    .ThenBy(o => o.Key.Hash).FirstOrDefault();
                return $"{of.Key} {(started.Count == 0 ? "" : LedgerTime.Text(started[0]))} "
                    + $"{ended?.Contract.ToString()["Run".Length..].ToLowerInvariant()} "
                    + $"{(ended is null ? "" : LedgerTime.Text(ended.Key.At))} {ended?.Message.OutputRef} "
                    + $"{ended?.Message.ErrorRef}";
            });
        var told = evidence?["attempts"]?.AsArray().Select(one =>
            $"{one!["attempt"]} {one["startedAt"]} {one["status"]} {one["endedAt"]} {one["outputRef"]} "
            + $"{one["errorRef"]}");
        Assert.Equal(expected, told ?? []);
    }

    static Observation Admit(RunObservation message)
    {
        var validator = new ObservationValidator(new RunLedgerOptions(), new FakeTimeProvider(Some.Noon));
        Assert.True(validator.TryValidate(message, out var observation, out var reason), reason);
        return observation;
    }
}
