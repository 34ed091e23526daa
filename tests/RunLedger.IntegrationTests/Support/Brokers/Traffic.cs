namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>
/// Believable runs, the same for the same seed. No two observations have one time, so that the oracle needs no rule
/// for ties.
/// </summary>
sealed class Traffic(int seed)
{
    static readonly string[] Roles = ["producer", "verifier", "step"];

    readonly Random _random = new(seed);
    DateTimeOffset _clock = new(2025, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Observations of so many runs, in the order in which they happened.</summary>
    public List<Sent> Runs(int count) => [.. Enumerable.Range(0, count).SelectMany(_ => Run(Id()))];

    /// <summary>
    /// Runs that two publishers named differently, with one idempotency key; some of their steps too.
    /// </summary>
    public List<Sent> SharedRuns(int count) => [.. Enumerable.Range(0, count).SelectMany(_ => Run(Id(), Id()))];

    /// <summary>So many messages of one run, of its ending and of eight components.</summary>
    public List<Sent> Burst(int count)
    {
        var run = Id();
        Guid[] components = [.. Enumerable.Range(0, 8).Select(_ => Id())];
        List<Sent> sent = [Say("RunStarted", run)];
        while (sent.Count < count - 1)
        {
            sent.Add(_random.Next(3) switch
            {
                0 => Say("RunHeartbeat", run),
                1 => Say("StepStarted", run) with { ComponentId = Any(components) },
                _ => Step(run, Any(components)),
            });
        }

        sent.Add(End(run));
        return sent;
    }

    /// <summary>In any order, every third twice.</summary>
    public Sent[] Disturbed(IReadOnlyList<Sent> sent)
    {
        Sent[] stream = [.. sent, .. sent.Where(_ => Chance(0.33))];
        _random.Shuffle(stream);
        return stream;
    }

    IEnumerable<Sent> Run(params Guid[] ids)
    {
        var shared = ids.Length > 1;
        if (shared)
        {
            foreach (var id in ids)
                yield return Say(Chance(0.7) ? "RunStarted" : "RunObserved", id) with { Key = $"run-{ids[0]}" };
        }
        else if (Chance(0.9))
        {
            yield return Say("RunStarted", ids[0]) with { Key = Chance(0.5) ? $"run-{ids[0]}" : null };
        }

        if (!shared && Chance(0.2))
            yield return Say("RunObserved", ids[0]);
        if (Chance(0.1))
            yield return End(Any(ids));
        for (var steps = _random.Next(5); steps > 0; steps--)
        {
            Guid[] components = shared && Chance(0.4) ? [Id(), Id()] : [Id()];
            foreach (var component in components)
            {
                var key = components.Length > 1 ? $"step-{components[0]}" : null;
                if (key is not null || Chance(0.9))
                    yield return Say("StepStarted", Any(ids)) with { ComponentId = component, Key = key };
            }

            if (Chance(0.3))
                yield return Say("RunHeartbeat", Any(ids));
            if (Chance(0.9))
                yield return Step(Any(ids), Any(components));
        }

        if (Chance(0.85))
            yield return End(Any(ids));
        if (!Chance(0.15))
            yield break;
        yield return Say("RunStarted", Any(ids)) with { Attempt = 2 };
        yield return Step(Any(ids), Id());
        if (Chance(0.8))
            yield return End(Any(ids)) with { Attempt = 2 };
    }

    Sent Step(Guid run, Guid component) => _random.Next(10) switch
    {
        0 => Say("StepFailed", run) with { ComponentId = component, ErrorRef = $"err-{_random.Next()}" },
        1 => Say("StepCancelled", run) with { ComponentId = component },
        _ => Say("StepCompleted", run) with { ComponentId = component, OutputRef = $"out-{_random.Next()}" },
    };

    Sent End(Guid run) => _random.Next(6) switch
    {
        0 => Say("RunFailed", run) with { ErrorRef = $"err-{_random.Next()}" },
        1 => Say("RunCancelled", run),
        _ => Say("RunCompleted", run) with { OutputRef = $"out-{_random.Next()}" },
    };

    Sent Say(string contract, Guid run)
    {
        _clock = _clock.AddMilliseconds(1 + _random.Next(5_000)).AddTicks(_random.Next(10));
        // Now and then by a clock that is a day behind, and by somebody who mistakes the candidate.
        var at = Chance(0.05) ? _clock.AddDays(-1) : _clock;
        var step = contract.StartsWith("Step", StringComparison.Ordinal);
        return new Sent(contract, run, at.ToOffset(TimeSpan.FromHours(_random.Next(-11, 12))))
        {
            Candidate = Chance(0.03) ? "PROC-CAND:dot:misheard" : "PROC-CAND:dot:kg",
            ParentRunId = Chance(0.1) ? Id() : null,
            InputRef = Chance(0.3) ? $"in-{_random.Next()}" : null,
            Evidence = Chance(0.5) ? _random.Next() : null,
            DotCode = step && Chance(0.7) ? $"dot_{_random.Next(9)}" : null,
            Role = step && Chance(0.5) ? Roles[_random.Next(Roles.Length)] : null,
            EventCode = step && Chance(0.3) ? $"event-{_random.Next(9)}" : null,
            QueueJobId = step && Chance(0.3) ? Id() : null,
        };
    }

    Guid Any(Guid[] ids) => ids[_random.Next(ids.Length)];

    bool Chance(double of) => _random.NextDouble() < of;

    Guid Id()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
