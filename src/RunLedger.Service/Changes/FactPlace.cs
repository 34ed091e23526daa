namespace RunLedger.Service.Changes;

/// <summary>Where a fact of a run stands.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Component">Of which component; null for the run as a whole.</param>
/// <param name="Path">Within the evidence; else empty.</param>
readonly record struct FactPlace(FactKind Kind, string? Component, string Path = "");
