namespace RunLedger.Service.Query;

/// <summary>What the process of a statement is told first.</summary>
sealed record QueryOrder(string Sql, int Threads, int MemoryMegabytes, int MaxRows, int MaxBytes);
