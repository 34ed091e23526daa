namespace RunLedger.Signing;

/// <summary>What became of looking at a signature.</summary>
/// <param name="Fault">Null where all is as it was signed.</param>
/// <param name="Words">What was found, a sentence.</param>
readonly record struct Verification(Fault? Fault, string Words);
