namespace RunLedger.Service.Intake;

/// <summary>What there is to say of a line that became no observation.</summary>
/// <param name="Line">Its line, or its place in the array, from 1.</param>
/// <param name="Reason">Why, in words its sender can act on.</param>
sealed record IntakeRemark(int Line, string Reason);
