using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Service.Changes;
using RunLedger.Storage.Rows;
using RunLedger.Unlike;

namespace RunLedger.Tests.Changes;

/// <summary>
/// Made runs of one process, with all that differs from run to run by nature: ids, times, hosts, figures, durations;
/// and one more, with one thing planted in it.
/// </summary>
sealed class MadePairs(int seed)
{
    const int Good = 50;
    const int Counted = 200;

    static readonly DateTime Start = new(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);
    static readonly string[] Steps = ["extract", "clean", "join", "check", "load"];

    readonly Random _random = new(seed);

    /// <summary>What can be planted, each of which says where it will be found.</summary>
    public static readonly Func<MadeRun, string, Random, FactPlace>[] Plants =
    [
        (run, step, _) =>
        {
            run.Steps.Remove(step);
            return new(FactKind.Component, step);
        },
        (run, _, _) =>
        {
            run.Steps["repair"] = new() { Seconds = 20 };
            return new(FactKind.Component, "repair");
        },
        (run, step, _) =>
        {
            run.Steps[step].Attempts = 3;
            return new(FactKind.Attempt, step);
        },
        (run, step, _) =>
        {
            run.Steps[step].Status = RunStatus.Cancelled;
            return new(FactKind.Status, step);
        },
        (run, step, random) =>
        {
            run.Steps[step].Seconds *= 5 + (5 * random.NextDouble());
            return new(FactKind.Duration, step);
        },
        (run, step, random) =>
        {
            run.Steps[step].Seconds /= 8 + (8 * random.NextDouble());
            return new(FactKind.Duration, step);
        },
        (run, _, _) =>
        {
            run.Input = "s3://another/place";
            return new(FactKind.Input, null);
        },
        (run, _, _) => run.Say("image", "registry/kg:latest"),
        (run, _, _) => run.Say("region", null),
        (run, _, _) => run.Say("rows", 3),
        (run, _, _) => run.Say("debug", true),
        (run, _, _) =>
        {
            run.Say("version", "8");
            return new(FactKind.Version, null);
        },
    ];

    /// <returns>What differs, as it is told, and what was planted.</returns>
    public (IReadOnlyList<RunChange> Told, FactPlace Planted) Changes(int plant)
    {
        var sketches = new DurationSketches(20);
        for (var n = 0; n < Counted; n++)
        {
            foreach (var (place, seconds) in Make(n).Facts().Seconds)
                sketches.Add(new("P", place.Component, null), seconds, Start, TimeSpan.FromDays(30));
        }

        var good = Enumerable.Range(0, Good).Select(n => Make(n).Facts()).ToList();
        var run = Make(Good);
        var planted = Plants[plant](run, Steps[_random.Next(Steps.Length)], _random);
        var (told, _) = Comparison.Of(run.Facts(), good[0], good, name => sketches.Of(new("P", name, null)));
        return (told, planted);
    }

    MadeRun Make(int n)
    {
        var run = new MadeRun
        {
            Input = "s3://in/kg",
            Evidence = new()
            {
                ["version"] = "7",
                ["image"] = "registry/kg:7",
                ["region"] = "eu-1",
                ["traceparent"] = $"00-{_random.NextInt64():x16}{_random.NextInt64():x16}-{_random.NextInt64():x16}-01",
                ["startedBy"] = $"2026-11-{1 + (n % 28):00}T{_random.Next(24):00}:{_random.Next(60):00}:00Z",
                ["host"] = $"worker-{_random.Next(6)}",
                ["rows"] = 1_000 + _random.Next(400),
                ["bytes"] = 1e6 * Math.Exp(.3 * Normal()),
                ["offset"] = 10_000 + (n * 1_000) + _random.Next(900),
                ["retries"] = _random.Next(3),
                ["queue"] = _random.Next(10) < 8 ? "a" : "b",
            },
        };
        foreach (var step in Steps)
        {
            run.Steps[step] = new()
            {
                Seconds = 60 * Math.Exp(.25 * Normal()),
                Attempts = step == "load" && _random.Next(5) == 0 ? 2 : 1,
            };
        }

        return run;
    }

    double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    public sealed class MadeStep
    {
        public double Seconds { get; set; }
        public int Attempts { get; set; } = 1;
        public RunStatus Status { get; set; } = RunStatus.StepCompleted;
    }

    public sealed class MadeRun
    {
        public Dictionary<string, MadeStep> Steps { get; } = [];
        public required Dictionary<string, object> Evidence { get; init; }
        public required string Input { get; set; }

        public FactPlace Say(string member, object? value)
        {
            if (value is null)
                Evidence.Remove(member);
            else
                Evidence[member] = value;
            return new(FactKind.Evidence, null, $"RunStarted.{member}");
        }

        public RunFacts Facts()
        {
            var at = Start;
            var components = new List<ComponentRow>();
            foreach (var (name, step) in Steps)
            {
                for (var attempt = 1; attempt <= step.Attempts; attempt++)
                {
                    var last = attempt == step.Attempts;
                    var ended = at.AddSeconds(last ? step.Seconds : .1);
                    components.Add(new()
                    {
                        ComponentRunId = Guid.CreateVersion7(),
                        DotCode = name,
                        Status = last ? step.Status : RunStatus.Failed,
                        StartedAt = at,
                        EndedAt = ended,
                    });
                    at = ended;
                }
            }

            return RunFacts.Of(
                new RunRow
                {
                    ProcessRunId = Guid.CreateVersion7(),
                    ProcessCandidateCode = "P",
                    Status = RunStatus.Completed,
                    SourceSystem = "dot_runtime",
                    InputRef = Input,
                    OutputRef = $"s3://out/{Guid.CreateVersion7()}",
                    StartedAt = Start,
                    EndedAt = at,
                    EvidenceRef = JsonSerializer.Serialize(
                        new { from = new { RunStarted = new { at = "x", value = Evidence } } }),
                },
                components);
        }
    }
}
