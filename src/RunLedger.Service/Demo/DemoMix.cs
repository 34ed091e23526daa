using RunLedger.Contracts;
using UUIDNext;

namespace RunLedger.Service.Demo;

/// <summary>
/// Some hours in the life of an invented company, as its messages arrive: most in turn, some late, some twice. The same
/// seed and time give the same messages; the ids depend on both, so that a second demo is about other runs.
/// </summary>
sealed class DemoMix
{
    static readonly Guid Demo = Uuid.NewNameBased(Uuid.Namespace.URL, "urn:run-ledger:demo");
    static readonly string[] Errors =
    [
        "the upstream service answered 503", "out of memory after 1.9 GB", "3 of 812 rows violate a check",
        "timed out after 60 s", "permission denied on s3://demo/archive",
    ];

    // One of each, then as they are met: most runs end well.
    static readonly DemoFate[] Each = Enum.GetValues<DemoFate>();
    static readonly DemoFate[] Usual =
    [
        .. Enumerable.Repeat(DemoFate.Completed, 10), .. Enumerable.Repeat(DemoFate.Nested, 2),
        .. Enumerable.Repeat(DemoFate.Retried, 2), .. Enumerable.Repeat(DemoFate.Failed, 2), DemoFate.Cancelled,
        DemoFate.Running, DemoFate.Waiting,
    ];

    readonly int _seed;
    readonly DateTimeOffset _now;
    readonly Random _random;
    readonly List<RunObservation> _said = [];
    int _runs, _ids;

    DemoMix(int seed, DateTimeOffset now)
    {
        _seed = seed;
        _now = now;
        _random = new Random(seed);
    }

    /// <summary>The messages of so many runs, nested ones counted, in the order in which they are sent.</summary>
    public static IReadOnlyList<RunObservation> Of(int runs, int seed, DateTimeOffset now)
    {
        var mix = new DemoMix(seed, now);
        for (var n = 0; mix._runs < runs; n++)
            mix.Play(n < Each.Length ? Each[n] : mix.OneOf(Usual), runs);
        return mix.Sent();
    }

    void Play(DemoFate fate, int runs)
    {
        var left = runs - _runs;
        if (fate is DemoFate.Nested && left > 1)
        {
            Workflow(left - 1);
            return;
        }

        var process = fate is DemoFate.Waiting
            ? OneOf([.. DemoProcess.All.Where(process => process.Source == SourceSystems.JobQueue)])
            : DemoProcess.All[_runs % DemoProcess.All.Length];
        // What has ended did so before now; what has not began a little while ago.
        var recent = fate is DemoFate.Running or DemoFate.Waiting;
        Steps(Run(process, parent: null), fate, _now - (recent ? Span(200, 600) : Span(45 * 60, 180 * 60)));
    }

    void Workflow(int children)
    {
        var run = Run(OneOf(DemoProcess.Workflows), parent: null);
        var at = _now - Span(60 * 60, 180 * 60);
        Say(run.Started(at));
        foreach (var step in run.Process.Steps)
        {
            var component = Id();
            Say(run.StepStarted(component, step, attempt: 1, at += Span(1, 3)));
            if (children-- > 0)
            {
                var fate = _random.Next(4) == 0 ? DemoFate.Retried : DemoFate.Completed;
                at = Steps(Run(OneOf(DemoProcess.All), run), fate, at + Span(1, 3));
            }

            Say(run.StepCompleted(component, step, at += Span(1, 3)));
        }

        Say(run.Completed(at + Span(1, 3), _random.Next(10_000)));
    }

    /// <summary>Says all there is to say of the run, and when the last of it happened.</summary>
    DateTimeOffset Steps(DemoRun run, DemoFate fate, DateTimeOffset at)
    {
        if (run.Process.Source == SourceSystems.JobQueue)
            Say(run.Observed(at));
        if (fate is DemoFate.Waiting)
            return at;
        Say(run.Started(at += Span(1, 20)));
        var steps = run.Process.Steps;
        for (var i = 0; i < steps.Length; i++)
        {
            var component = Id();
            Say(run.StepStarted(component, steps[i], attempt: 1, at += Span(1, 3)));
            at += Span(2, 60);
            if (fate is DemoFate.Running && i == 1)
            {
                Say(run.Heartbeat(at, _random.Next(40, 60)));
                return at;
            }

            if (fate is DemoFate.Retried && i == 1)
            {
                Say(run.StepFailed(component, steps[i], at, OneOf(Errors)));
                Say(run.StepStarted(component = Id(), steps[i], attempt: 2, at += Span(10, 30)));
                at += Span(2, 60);
            }

            if (fate is DemoFate.Failed && i == steps.Length - 1)
            {
                var error = OneOf(Errors);
                Say(run.StepFailed(component, steps[i], at, error));
                Say(run.Failed(at += Span(1, 3), $"{steps[i].Code}: {error}"));
                return at;
            }

            if (fate is DemoFate.Cancelled && i == 1)
            {
                Say(run.StepCancelled(component, steps[i], at));
                Say(run.Cancelled(at += Span(1, 3)));
                return at;
            }

            Say(run.StepCompleted(component, steps[i], at));
        }

        Say(run.Completed(at += Span(1, 3), _random.Next(10_000)));
        return at;
    }

    /// <summary>As they happened, but for the late and the repeated: also the very first start is late.</summary>
    List<RunObservation> Sent()
    {
        var first = _said.First(message => message is RunStarted);
        var sent = new List<(DateTimeOffset At, RunObservation Message)>();
        foreach (var message in _said)
        {
            var late = ReferenceEquals(message, first) || _random.Next(25) == 0;
            sent.Add((message.OccurredAt + (late ? Span(60, 900) : TimeSpan.Zero), message));
            if (ReferenceEquals(message, first) || _random.Next(25) == 0)
                sent.Add((message.OccurredAt + Span(1, 300), message));
        }

        return [.. sent.OrderBy(one => one.At).Select(one => one.Message)];
    }

    DemoRun Run(DemoProcess process, DemoRun? parent)
    {
        _runs++;
        var id = Id();
        return new DemoRun(process, id, parent?.Correlation ?? $"{process.Name}-{id.ToString("N")[..8]}", parent?.Id);
    }

    void Say(RunObservation message) => _said.Add(message);

    Guid Id() => Uuid.NewNameBased(Demo, $"{_seed}/{_now.UtcTicks}/{_ids++}");

    TimeSpan Span(int least, int most) => TimeSpan.FromMilliseconds(_random.Next(least * 1_000, most * 1_000));

    T OneOf<T>(T[] all) => all[_random.Next(all.Length)];
}
