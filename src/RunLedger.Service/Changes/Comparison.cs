using System.Globalization;
using RunLedger.Unlike;

namespace RunLedger.Service.Changes;

/// <summary>Compares two runs by what is usual of the good ones before.</summary>
static class Comparison
{
    public const int Most = 200;

    /// <summary>What is less surprising is usual, where it is known what is.</summary>
    const double LeastSurprise = 1;

    /// <summary>A duration within this share of all is as usual.</summary>
    const double Edge = .1;

    /// <summary>A place among thousands says no more than one among a hundred.</summary>
    const double MostOfPlace = 6;

    /// <summary>Where it is not known what is usual, it is another when it is so many times as long.</summary>
    const double Times = 2;

    /// <param name="run">This one.</param>
    /// <param name="other">Beside it.</param>
    /// <param name="good">Those before it that completed.</param>
    /// <param name="usual">How long a component of a name takes; of null the run.</param>
    /// <returns>What differs, the most surprising first, and how many more do in a way that is usual.</returns>
    public static (IReadOnlyList<RunChange> Changes, int Others) Of(
        RunFacts run, RunFacts other, IReadOnlyList<RunFacts> good, Func<string?, Usual> usual)
    {
        var changes = new List<(FactPlace Place, RunChange Change)>();
        var oneSided = run.Components.Except(other.Components).Union(other.Components.Except(run.Components))
            .ToHashSet();
        // What an open run does not have yet it may have once it has ended.
        foreach (var name in oneSided.Where(name => !(run.Components.Contains(name) ? other : run).IsOpen))
        {
            Add(
                new(FactKind.Component, name), Presence(run, name), Presence(other, name),
                [.. good.Select(one => Presence(one, name))]);
        }

        // What is said of a component that only one of them has goes without saying.
        foreach (var place in run.Texts.Keys.Union(other.Texts.Keys)
            .Where(place => place.Component is null || !oneSided.Contains(place.Component)))
        {
            // The version stands in the evidence too, and is told once.
            var (value, was) = (run.Texts.GetValueOrDefault(place), other.Texts.GetValueOrDefault(place));
            if (value != was && !(place.Kind == FactKind.Evidence && IsVersion(place.Path))
                && !IsNotYet(run, place, value, was) && !IsNotYet(other, place, was, value))
                Add(place, value, was, [.. good.Select(one => one.Texts.GetValueOrDefault(place))]);
        }

        foreach (var (place, seconds) in run.Seconds.Where(of =>
            of.Key.Component is null || !oneSided.Contains(of.Key.Component)))
        {
            var before = usual(place.Component);
            var was = other.Seconds.TryGetValue(place, out var took) ? took : (double?)null;
            if (Duration(seconds, was, before) is { } surprise)
            {
                changes.Add((place, Change(
                    place, Text(seconds), was is { } of ? Text(of) : null, surprise,
                    ChangeWords.Took(place, seconds, was, before))));
            }
        }

        Explain(changes, run, usual);
        var known = good.Count >= Surprise.Least;
        var told = changes.Where(one => !known || one.Change.Surprise >= LeastSurprise)
            .OrderByDescending(one => Math.Round(one.Change.Surprise, 6))
            .ThenBy(one => one.Place.Kind)
            .ThenBy(one => one.Place.Component, StringComparer.Ordinal)
            .ThenBy(one => one.Place.Path, StringComparer.Ordinal)
            .Take(Most).Select(one => one.Change).ToList();
        return (told, changes.Count - told.Count);

        void Add(FactPlace place, string? value, string? was, IReadOnlyList<string?> before) => changes.Add((
            place,
            Change(place, value, was, Surprise.Of(value, before), ChangeWords.Of(place, value, was, before))));
    }

    // Of an open run: what it does not say yet, how it stands, and what it has not tried so often.
    static bool IsNotYet(RunFacts run, FactPlace place, string? value, string? other) => run.IsOpen && place.Kind switch
    {
        _ when value is null => true,
        FactKind.Status => place.Component is not { } component || run.OpenComponents.Contains(component),
        FactKind.Attempt => int.TryParse(value, CultureInfo.InvariantCulture, out var tried)
            && int.TryParse(other, CultureInfo.InvariantCulture, out var more) && tried < more,
        _ => false,
    };

    // A run that took longer because a component did is no news beside that.
    static void Explain(List<(FactPlace Place, RunChange Change)> changes, RunFacts run, Func<string?, Usual> usual)
    {
        var whole = changes.FindIndex(one => one.Place is { Kind: FactKind.Duration, Component: null });
        if (whole < 0)
            return;
        var of = Excess(changes[whole].Place);
        var because = changes.Where(one => one.Place is { Kind: FactKind.Duration, Component: not null }
            && Excess(one.Place) / of >= .5).Select(one => one.Change.Surprise).DefaultIfEmpty(double.MaxValue).Max();
        if (changes[whole].Change.Surprise >= because)
            changes[whole] = (changes[whole].Place, changes[whole].Change with { Surprise = because - .01 });

        double Excess(FactPlace place) => run.Seconds[place] - usual(place.Component).Sketch.Quantile(.5);
    }

    // Null where it is as usual, or as it was.
    static double? Duration(double seconds, double? was, Usual usual)
    {
        if (!usual.IsEnough)
        {
            return was is { } other && (seconds > other * Times || other > seconds * Times) ? Surprise.Unknown : null;
        }

        var above = usual.Sketch.ShareAbove(seconds);
        if (Math.Min(above, 1 - above) > Edge)
            return null;
        var most = usual.Sketch.Weight;
        var bits = -Math.Log2(2 * Math.Max(Math.Min(above, 1 - above), .25 / (most + 1)));
        // Beyond the rarest also by how far: how many times the way from the middle to there.
        var (p1, p50, p99) = (usual.Sketch.Quantile(.01), usual.Sketch.Quantile(.5), usual.Sketch.Quantile(.99));
        var beyond = seconds > p99 ? Way(seconds, p99) / Way(p99, p50)
            : seconds < p1 ? Way(p1, seconds) / Way(p50, p1)
            : 0;
        return Math.Min(bits, MostOfPlace) + Math.Log2(1 + beyond);
    }

    static double Way(double longer, double shorter) =>
        Math.Max(Math.Log(Math.Max(longer, 1e-3) / Math.Max(shorter, 1e-3)), .02);

    static string? Presence(RunFacts run, string component) => run.Components.Contains(component) ? "there" : null;

    static bool IsVersion(string path) =>
        path.EndsWith(".version", StringComparison.Ordinal) && path.IndexOf('.') == path.Length - ".version".Length;

    static string Text(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);

    static RunChange Change(FactPlace place, string? value, string? other, double surprise, string text) => new()
    {
        Kind = place.Kind.ToString().ToLowerInvariant(),
        Component = place.Component,
        Path = place.Kind == FactKind.Evidence ? place.Path : null,
        Value = value,
        Other = other,
        Surprise = Math.Round(surprise, 2),
        Text = text,
    };
}
