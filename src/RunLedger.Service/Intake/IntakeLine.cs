namespace RunLedger.Service.Intake;

/// <summary>One observation of a request's body, or why it is none.</summary>
/// <param name="Number">Its line, or its place in the array, from 1.</param>
/// <param name="Contract">What it says it is.</param>
/// <param name="Json">As it was sent.</param>
/// <param name="Message">The observation or definition, or null.</param>
/// <param name="Reason">Why not, or null.</param>
/// <param name="IsIgnored">It is fine, and says nothing of a run.</param>
sealed record IntakeLine(
    int Number,
    string? Contract,
    ReadOnlyMemory<byte> Json,
    object? Message,
    string? Reason,
    bool IsIgnored = false)
{
    /// <summary>What else the line says, to be taken before the message.</summary>
    public object? Before { get; init; }

    /// <summary>What of it is not kept, or not as it came.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}
