namespace RunLedger.Folding;

/// <summary>Statuses as the tables, the API and the messages spell them.</summary>
static class RunStatusText
{
    static readonly string[] Texts =
    [
        "observed", "started", "step_started", "step_completed", "completed", "failed", "stuck", "cancelled", "orphan",
    ];

    public static IReadOnlyList<string> All => Texts;

    public static string Text(this RunStatus status) => Texts[(int)status];

    /// <exception cref="FormatException">The text is none of the nine.</exception>
    public static RunStatus Parse(string text) =>
        Array.IndexOf(Texts, text) is >= 0 and var at
            ? (RunStatus)at
            : throw new FormatException($"'{text}' is no status; one of {string.Join(", ", Texts)} is.");
}
