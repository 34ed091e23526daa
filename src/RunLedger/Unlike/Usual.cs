using System.Globalization;

namespace RunLedger.Unlike;

/// <summary>What is known of those before: of the same version where there are enough of it, else of all.</summary>
/// <param name="Key">Whose durations.</param>
/// <param name="Sketch">How long they took.</param>
/// <param name="Needed">How many there have to be.</param>
sealed record Usual(DurationKey Key, DurationSketch Sketch, int Needed)
{
    public bool IsEnough => Sketch.Count >= Needed;

    /// <summary>"240 runs of version 7"; of a component they are its own.</summary>
    public string Runs => RunsOf(Sketch.Count, Key.Component, Key.Version);

    public static string RunsOf(long count, string? component, string? version) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(component is null ? "run" : "time")}")
        + (count == 1 ? "" : "s")
        + (version is null ? "" : $" of version {version}");
}
