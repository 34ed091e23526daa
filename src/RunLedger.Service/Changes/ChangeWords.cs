using RunLedger.Service.Web;
using RunLedger.Telemetry;
using RunLedger.Unlike;

namespace RunLedger.Service.Changes;

/// <summary>A difference in words.</summary>
static class ChangeWords
{
    const int MostShown = 120;

    public static string Of(FactPlace place, string? value, string? other, IReadOnlyList<string?> before)
    {
        var seen = before.Count(one => one == value);
        var usually = before.Count < Surprise.Least
            ? "too few good runs to say what is usual"
            : seen == 0 ? $"not once so in {Phrases.Count(before.Count)} good runs"
            : $"so in {Phrases.Count(seen)} of {Phrases.Count(before.Count)} good runs";
        return place.Kind == FactKind.Component
            ? $"The component {place.Component} is {(value is null ? "missing" : "there")}, in the other it is "
                + $"{(other is null ? "missing" : "there")}: {usually}."
            : $"{Name(place)} is {Shown(value)}, in the other {Shown(other)}: {usually}.";
    }

    /// <param name="place">Whose duration.</param>
    /// <param name="value">How long it took.</param>
    /// <param name="other">How long it took in the other; null where that is not known.</param>
    /// <param name="usual">How long it takes.</param>
    public static string Took(FactPlace place, double value, double? other, Usual usual) =>
        $"The {(place.Component is null ? "run" : $"component {place.Component}")} took {SpanWords.Seconds(value)}, in "
        + $"the other {(other is { } was ? SpanWords.Seconds(was) : "nobody knows how long")}: "
        + (usual.IsEnough
            ? $"eight in ten of {usual.Runs} took {SpanWords.Seconds(usual.Sketch.Quantile(.1))} to "
                + $"{SpanWords.Seconds(usual.Sketch.Quantile(.9))}."
            : $"{usual.Runs} so far, {usual.Needed} are needed to say what is usual.");

    static string Name(FactPlace place)
    {
        var what = place.Kind switch
        {
            FactKind.Evidence => $"the evidence {place.Path}",
            FactKind.Attempt when place.Component is not null => "the number of attempts",
            FactKind.Input => "the input",
            FactKind.Output => "the output",
            FactKind.Error => "the error",
            _ => $"the {place.Kind.ToString().ToLowerInvariant()}",
        };
        var text = place.Component is null ? what : $"{what} of the component {place.Component}";
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    static string Shown(string? value) => value switch
    {
        null => "missing",
        "" => "empty",
        { Length: > MostShown } => value[..MostShown] + "…",
        _ => value,
    };
}
