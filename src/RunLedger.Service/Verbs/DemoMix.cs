using RunLedger.Contracts;

namespace RunLedger.Service.Verbs;

/// <summary>
/// Believable runs: most complete, some fail in a step, are tried again, are cancelled, go on, or are nested; a tenth of
/// the messages comes twice, and neighbours change places. The same seed tells the same story.
/// </summary>
sealed class DemoMix(int seed, DateTimeOffset until)
{
    static readonly (string Candidate, string[] Steps, string Source)[] Processes =
    [
        ("PROC-CAND:dot:kg", ["dot_kg_extract", "dot_kg_build", "dot_kg_check"], SourceSystems.DotRuntime),
        ("PROC-CAND:billing:nightly", ["dot_invoice_collect", "dot_invoice_render", "dot_invoice_verify"], SourceSystems.JobQueue),
        ("PROC-CAND:search:reindex", ["dot_index_read", "dot_index_write"], SourceSystems.WorkflowEngine),
    ];

    readonly Random _random = new(seed);

    /// <summary>The messages of <paramref name="runs"/> runs, nested ones counted, in the order they are sent.</summary>
    public IReadOnlyList<RunObservation> Messages(int runs)
    {
        var messages = new List<RunObservation>();
        Guid? outer = null;
        for (var n = 0; n < runs; n++)
        {
            var start = until.AddMinutes(-60.0 * (runs - n) / runs).AddMilliseconds(_random.Next(1_000));
            var nested = outer is not null && _random.Next(4) == 0;
            var run = Run(messages, start, nested ? outer : null);
            outer = nested ? outer : run;
        }

        foreach (var again in messages.Where(_ => _random.Next(10) == 0).ToList())
            messages.Insert(_random.Next(messages.Count), again);
        for (var i = 1; i < messages.Count; i++)
        {
            if (_random.Next(10) == 0)
                (messages[i], messages[i - 1]) = (messages[i - 1], messages[i]);
        }

        return messages;
    }

    Guid Run(List<RunObservation> messages, DateTimeOffset start, Guid? parent)
    {
        var (candidate, steps, source) = Processes[_random.Next(Processes.Length)];
        var (id, at, fate) = (Id(), start, _random.Next(20));
        messages.Add(Of<RunStarted>(at) with { ParentRunId = parent, InputRef = $"s3://demo/in/{id:N}" });
        for (var step = 0; step < steps.Length; step++)
        {
            var last = step == steps.Length - 1;
            var attempts = fate < 3 && last ? 2 : 1;
            for (var attempt = 1; attempt <= attempts; attempt++)
            {
                var component = Id();
                messages.Add(Of<StepStarted>(at = Later(at)) with
                {
                    ComponentRunId = component,
                    DotCode = steps[step],
                    ComponentRole = last ? ComponentRoles.Verifier : ComponentRoles.Producer,
                });

                // Still in its last step.
                if (fate == 4 && last)
                    return id;

                // The second attempt succeeds, but for one fate.
                at = Later(at);
                messages.Add(attempt < attempts || (attempts == 2 && fate == 0)
                    ? Of<StepFailed>(at) with { ComponentRunId = component, ErrorRef = $"{steps[step]} timed out after 30 s" }
                    : Of<StepCompleted>(at) with { ComponentRunId = component, OutputRef = $"s3://demo/out/{component:N}" });
            }
        }

        at = Later(at);
        messages.Add(fate switch
        {
            0 => Of<RunFailed>(at) with { ErrorRef = $"{steps[^1]} failed twice" },
            3 => Of<RunCancelled>(at),
            5 => Of<RunHeartbeat>(at),
            _ => Of<RunCompleted>(at) with { OutputRef = $"s3://demo/out/{id:N}" },
        });
        return id;

        T Of<T>(DateTimeOffset when)
            where T : RunObservation => (T)(RunObservation)(Activator.CreateInstance<T>() with
            {
                ProcessRunId = id,
                ProcessCandidateCode = candidate,
                CorrelationId = $"demo-{parent ?? id:N}",
                SourceSystem = source,
                OccurredAt = when,
            });
    }

    DateTimeOffset Later(DateTimeOffset at) => at.AddMilliseconds(_random.Next(50, 20_000));

    Guid Id()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
