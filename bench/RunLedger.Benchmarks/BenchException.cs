namespace RunLedger.Benchmarks;

/// <summary>The benchmark cannot run, or what it measured is not what it should have measured.</summary>
sealed class BenchException(string message) : Exception(message);
