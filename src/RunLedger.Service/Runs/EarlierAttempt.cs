namespace RunLedger.Service.Runs;

/// <summary>An attempt before the one that counts, as the evidence tells it.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Status">How it ended; null where nobody said.</param>
/// <param name="StartedAt">Null where no start was observed.</param>
/// <param name="EndedAt">Null where no end was observed.</param>
/// <param name="OutputRef">The first 1,024 characters of it.</param>
/// <param name="ErrorRef">The first 1,024 characters of it.</param>
sealed record EarlierAttempt(
    int Attempt, string? Status, DateTime? StartedAt, DateTime? EndedAt, string? OutputRef, string? ErrorRef);
