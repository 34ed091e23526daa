using System.CommandLine;
using System.Globalization;
using RunLedger.Unlike;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// Whether what the ledger says of durations holds: made histories are told to it run by run, and each run is judged by
/// those before it. How often it ends within the band that was given for it, and how many are called unlike the
/// others though all are of one process that is well.
/// </summary>
static class UnlikeBenchmark
{
    const int Histories = 40;
    const int Runs = 1_000;

    // What is asked of it.
    const double LeastCovered = .77;
    const double MostCovered = .83;
    const double MostAlarms = 1;

    static readonly TimeSpan Length = TimeSpan.FromDays(180);
    static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    static readonly (string Name, Func<Random, Func<int, Made>> Make)[] Shapes =
    [
        ("log-normal", random => _ => new(300 * Math.Exp(.5 * Normal(random)))),
        ("log-normal, wide", random => _ => new(300 * Math.Exp(Normal(random)))),
        ("two ways, one run in ten takes the longer", random => _ =>
            new((random.NextDouble() < .9 ? 120 : 1_800) * Math.Exp(.25 * Normal(random)))),
        ("two ways, one run in twenty takes the longer", random => _ =>
            new((random.NextDouble() < .95 ? 120 : 1_800) * Math.Exp(.25 * Normal(random)))),
        ("heavy tail (Pareto, alpha 2)", random => _ => new(60 / Math.Sqrt(1 - random.NextDouble()))),
        ("slower by half in half a year", random => n =>
            new(300 * Math.Pow(1.5, (double)n / Runs) * Math.Exp(.4 * Normal(random)))),
        ("six versions, each its own speed", random =>
        {
            var speeds = Enumerable.Range(0, 6).Select(_ => .7 + (.7 * random.NextDouble())).ToArray();
            return n => new(300 * speeds[n * 6 / Runs] * Math.Exp(.4 * Normal(random)), $"v{n * 6 / Runs}");
        }),
        ("short: a tenth of a second", random => _ => new(.1 * Math.Exp(.7 * Normal(random)))),
    ];

    public static Command Create()
    {
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var command = new Command(
            "unlike",
            "How often a run ends within the band given for it, and how many that are well are called slow or "
            + "suspicious, over made histories; needs no server.") { seed };
        command.SetAction(parsed => Run(parsed.GetValue(seed)));
        return command;
    }

    static int Run(int seed)
    {
        var table = new Table().AddColumns(
            "history", "judged", "bands", "within", "slow ‰", "suspicious ‰", "by p95 alone ‰");
        var all = new Tally();
        var bad = new List<string>();
        foreach (var (name, make) in Shapes)
        {
            var tally = new Tally();
            for (var history = 0; history < Histories; history++)
                Tell(tally, make, new Random((seed * Histories) + history));
            Row(name, tally);
            all.Add(tally);
        }

        Row("all", all);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Histories} histories of {Runs} runs in {Length.TotalDays} days of each kind, seed {seed}. Asked: ")
            + $"within {Text(LeastCovered, "0 %")} to {Text(MostCovered, "0 %")}, alarms at most {MostAlarms} in 1,000 "
            + "runs.");
        foreach (var what in bad)
            AnsiConsole.WriteLine(what);
        return bad.Count == 0 ? 0 : 1;

        void Row(string name, Tally tally)
        {
            table.AddRow(
                name, Text(tally.Judged, "N0"), Text(tally.Bands, "N0"), Text(tally.Covered, "0.0 %"),
                Text(tally.Slow, "0.00"), Text(tally.Suspicious, "0.00"), Text(tally.ByFactor, "0.00"));
            if (tally.Covered is < LeastCovered or > MostCovered)
                bad.Add($"{name}: the band does not hold what it says.");
            if (tally.Slow + tally.Suspicious > MostAlarms)
                bad.Add($"{name}: too many false alarms.");
        }
    }

    static void Tell(Tally tally, Func<Random, Func<int, Made>> make, Random random)
    {
        var options = new UnlikeOptions();
        var sketches = new DurationSketches(options.NeededRuns);
        var next = make(random);
        var before = new List<double>();
        for (var n = 0; n < Runs; n++)
        {
            var run = next(n);
            var key = new DurationKey("made", null, run.Version);
            var usual = sketches.Of(key);
            if (usual.IsEnough)
            {
                tally.Judged++;
                if (run.Seconds > DurationRule.SlowAfter(usual.Sketch, options))
                    tally.SlowOnes++;
                // For comparison: what the two simple conditions would call slow.
                var usually = DurationRule.UsualMost(usual.Sketch);
                if (run.Seconds > Math.Max(options.Factor * usually, usually + options.SlowFloor.TotalSeconds))
                    tally.ByFactorOnes++;
                if (run.Seconds < DurationRule.SuspiciousBelow(usual.Sketch, options))
                    tally.SuspiciousOnes++;
                // When it has begun, and when it is open as long as one of those before it took.
                Look(0);
                Look(before[random.Next(before.Count)]);
            }

            sketches.Add(key, run.Seconds, Start + (Length * n / Runs), options.HalfLife);
            before.Add(run.Seconds);

            void Look(double elapsed)
            {
                if (run.Seconds <= elapsed || EndOutlook.Create(usual, elapsed) is not { From: { } from, To: { } to })
                    return;
                tally.Bands++;
                if (run.Seconds >= from && run.Seconds <= to)
                    tally.Within++;
            }
        }
    }

    static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>How long a made run takes, and which version it is of.</summary>
    readonly record struct Made(double Seconds, string? Version = null);

    sealed class Tally
    {
        public long Judged { get; set; }
        public long Bands { get; set; }
        public long Within { get; set; }
        public long SlowOnes { get; set; }
        public long SuspiciousOnes { get; set; }
        public long ByFactorOnes { get; set; }
        public double Covered => (double)Within / Bands;
        public double Slow => 1_000.0 * SlowOnes / Judged;
        public double ByFactor => 1_000.0 * ByFactorOnes / Judged;
        public double Suspicious => 1_000.0 * SuspiciousOnes / Judged;

        public void Add(Tally other)
        {
            Judged += other.Judged;
            Bands += other.Bands;
            Within += other.Within;
            SlowOnes += other.SlowOnes;
            SuspiciousOnes += other.SuspiciousOnes;
            ByFactorOnes += other.ByFactorOnes;
        }
    }
}
