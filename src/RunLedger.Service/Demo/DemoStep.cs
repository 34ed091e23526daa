namespace RunLedger.Service.Demo;

/// <summary>What a run of a process does once, and what that is in the run.</summary>
sealed record DemoStep(string Code, string Role);
