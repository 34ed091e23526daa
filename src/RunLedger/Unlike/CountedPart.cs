namespace RunLedger.Unlike;

/// <summary>Something that ended well, whose duration is counted.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ComponentRunId">Its component; null for the run as a whole.</param>
/// <param name="Key">Whose durations it is one of.</param>
/// <param name="Seconds">How long it took; less than nothing where clocks disagree.</param>
readonly record struct CountedPart(Guid RunId, Guid? ComponentRunId, DurationKey Key, double Seconds);
