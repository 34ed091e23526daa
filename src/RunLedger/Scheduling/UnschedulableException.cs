namespace RunLedger.Scheduling;

/// <summary>What was sent to the scheduler says too little to be scheduled.</summary>
sealed class UnschedulableException(string message) : Exception(message);
