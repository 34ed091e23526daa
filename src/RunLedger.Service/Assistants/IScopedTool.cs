namespace RunLedger.Service.Assistants;

/// <summary>A tool of any query and answer, as the list of tools sees it.</summary>
interface IScopedTool
{
    /// <summary>
    /// What a caller needs beside the scope by which all tools are reached; who has it not does not see the tool, and a
    /// call says what is missing. Null is nothing.
    /// </summary>
    string? Scope { get; }
}
