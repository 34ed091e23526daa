using System.Text.Json;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Batching;
using RunLedger.Client.Sending;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;

namespace RunLedger.Client.Testing;

/// <summary>What a service reported, on the MassTransit test harness.</summary>
public static class ReportedRuns
{
    /// <summary>
    /// The runs that were reported so far, through the client or with plain messages, folded by the ledger's own rules,
    /// in the order in which they were first heard of. What the ledger would reject is a problem of its run.
    /// </summary>
    /// <param name="harness">The harness whose bus the service publishes on.</param>
    /// <param name="until">
    /// Waits until this is so, for as long as the harness waits for a message (<c>TestTimeout</c>); null for until the
    /// bus has had nothing to do for the harness's <c>TestInactivityTimeout</c>.
    /// </param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public static async Task<IReadOnlyList<ReportedRun>> Runs(
        this ITestHarness harness,
        Func<IReadOnlyList<ReportedRun>, bool>? until = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(harness);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(harness.TestTimeout);
        if (until is null)
            await harness.InactivityTask.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (true)
        {
            if (harness.Provider.GetService<Sender>() is { } sender)
                await sender.Flush(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var runs = Of(Published(harness));
            cancellationToken.ThrowIfCancellationRequested();
            if (until is null || until(runs) || limit.IsCancellationRequested)
                return runs;
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The same of observations from anywhere.</summary>
    public static IReadOnlyList<ReportedRun> Of(IEnumerable<RunObservation> observations)
    {
        ArgumentNullException.ThrowIfNull(observations);
        var validator = new ObservationValidator(new RunLedgerOptions(), TimeProvider.System);
        var runs = new BatchRows<RunRow>(new LoadedRows<RunRow>());
        var components = new BatchRows<ComponentRow>(new LoadedRows<ComponentRow>());
        var (order, problems, keys, reportedRuns) = (
            new List<Guid>(),
            new List<(Guid Run, string Problem)>(),
            new Dictionary<string, Guid>(),
            new HashSet<Guid>());
        foreach (var message in observations)
        {
            if (!order.Contains(message.ProcessRunId))
                order.Add(message.ProcessRunId);
            if (!validator.TryValidate(message, out var observation, out var reason))
            {
                problems.Add((message.ProcessRunId, $"{message.GetType().Name} would be rejected: {reason}"));
                continue;
            }

            if (message is StepObservation step)
            {
                components.Put(
                    step.ComponentRunId, step.IdempotencyKey,
                    LedgerEntry.With(
                        components.Find(step.ComponentRunId, step.IdempotencyKey),
                        ComponentProjection.Of(observation)));
            }
            else
            {
                reportedRuns.Add(message.ProcessRunId);
            }

            var key = message is StepObservation ? null : message.IdempotencyKey;
            if (key is not null && !keys.TryAdd(key, message.ProcessRunId) && keys[key] != message.ProcessRunId)
                problems.Add((
                    message.ProcessRunId,
                    $"the key {key} was used for another run before, so that the ledger takes both for one"));
            runs.Put(message.ProcessRunId, key, LedgerEntry.With(
                runs.Find(message.ProcessRunId, key), RunProjection.Of(observation)));
        }

        var headers = runs.Changes(
            (entry, created) => RunRow.From(entry) with { CreatedAt = created },
            DateTime.UnixEpoch).Inserted.ToDictionary(row => row.ProcessRunId);
        var details = components.Changes(
            (entry, created) => ComponentRow.From(entry, runs.Resolve(ComponentProjection.RunId(entry.Fold))) with
            {
                CreatedAt = created
            },
            DateTime.UnixEpoch)
            .Inserted.ToLookup(row => row.ProcessRunId);
        return [.. order.Select(runs.Resolve)
            .Distinct()
            .Where(headers.ContainsKey)
            .Select(id => Run(headers[id], [.. details[id]], ProblemsOf(id)))];

        IEnumerable<string> ProblemsOf(Guid id)
        {
            if (!reportedRuns.Any(run => runs.Resolve(run) == id))
                yield return "its steps were reported outside of it: nothing was reported of the run itself";
            foreach (var (run, problem) in problems)
            {
                if (runs.Resolve(run) == id)
                    yield return problem;
            }
        }
    }

    static ReportedRun Run(RunRow row, List<ComponentRow> components, IEnumerable<string> problems)
    {
        var steps = components.OrderBy(step => step.StartedAt ?? step.EndedAt)
            .Select(step => new ReportedStep(step.ComponentRunId, step.DotCode, step.Status.Text(), step.ErrorRef))
            .ToList();
        var found = problems.ToList();
        if (row.EndedAt is null)
            found.Add("the run never ended");
        foreach (var step in steps.Where(step => step.Status is "step_started" or "observed"))
            found.Add($"the step {step.Code ?? step.Id.ToString()} never ended");
        foreach (var late in components.Where(step => row.EndedAt is { } ended && step.StartedAt > ended))
            found.Add($"the step {late.DotCode ?? late.ComponentRunId.ToString()} started after the run had ended");
        found.AddRange(Conflicts(row.EvidenceRef));
        return new ReportedRun
        {
            Id = row.ProcessRunId,
            Candidate = row.ProcessCandidateCode,
            Status = row.Status.Text(),
            CorrelationId = row.CorrelationId,
            ParentRunId = row.ParentRunId,
            OutputRef = row.OutputRef,
            ErrorRef = row.ErrorRef,
            Steps = steps,
            Problems = found,
        };
    }

    static IEnumerable<string> Conflicts(string? evidence)
    {
        if (evidence is null)
            yield break;
        using var document = JsonDocument.Parse(evidence);
        foreach (var name in (string[])["conflicts", "warnings"])
        {
            if (!document.RootElement.TryGetProperty(name, out var said))
                continue;
            foreach (var one in said.EnumerateArray())
                yield return one.GetString()!;
        }
    }

    static IEnumerable<RunObservation> Published(ITestHarness harness) =>
        // What is there: with another token it would wait for more, and hold the thread.
        harness.Published
            .Select(
                published => published.MessageObject is RunObservation or RunObservations,
                new CancellationToken(canceled: true))
            .ToList()
            .SelectMany(published => published.MessageObject is RunObservations several
                ? several.Observations
                : [(RunObservation)published.MessageObject]);
}
