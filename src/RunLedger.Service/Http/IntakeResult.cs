namespace RunLedger.Service.Http;

/// <summary>The answer of the intake: what is durable now, and what was set aside.</summary>
/// <param name="Accepted">How many observations are durable.</param>
/// <param name="Rejected">The lines that could not be taken, and why.</param>
sealed record IntakeResult(int Accepted, IReadOnlyList<RejectedLine> Rejected);

/// <summary>A line that could not be taken.</summary>
/// <param name="Line">Its line, or its place in the array, from 1.</param>
/// <param name="Reason">What is wrong, in words its sender can act on.</param>
sealed record RejectedLine(int Line, string Reason);
