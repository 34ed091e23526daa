namespace RunLedger.Service.Query;

/// <summary>A column of an answer, and its type as DuckDB names it.</summary>
public sealed record QueryAnswerColumn(string Name, string Type);
