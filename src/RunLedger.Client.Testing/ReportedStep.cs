namespace RunLedger.Client.Testing;

/// <summary>A step as the ledger would record it.</summary>
/// <param name="Id">Its id, <c>component_run_id</c>.</param>
/// <param name="Code">What ran; null where nobody said.</param>
/// <param name="Status"><c>step_started</c>, <c>step_completed</c> or <c>failed</c>.</param>
/// <param name="ErrorRef">Why it failed; null where it did not.</param>
public sealed record ReportedStep(Guid Id, string? Code, string Status, string? ErrorRef);
