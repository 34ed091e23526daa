using System.Globalization;
using UUIDNext;

namespace RunLedger.Unlike;

/// <summary>Whose durations are in a sketch.</summary>
/// <param name="Candidate">The code of the process.</param>
/// <param name="Component">Of its components of that name; null for its runs as a whole.</param>
/// <param name="Version">Of the runs of that version; null for all.</param>
readonly record struct DurationKey(string Candidate, string? Component, string? Version)
{
    static readonly Guid Namespace = Uuid.NewNameBased(Uuid.Namespace.URL, "urn:run-ledger:durations");

    /// <summary>The key of its row: three texts of any length would not fit an index.</summary>
    public Guid Id => Uuid.NewNameBased(Namespace, $"{Part(Candidate)}{Part(Component)}{Part(Version)}");

    public DurationKey OfAllVersions => this with { Version = null };

    static string Part(string? text) =>
        text is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{text.Length}:{text}");
}
