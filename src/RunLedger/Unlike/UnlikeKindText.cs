namespace RunLedger.Unlike;

/// <summary>The kinds as they are stored and asked for.</summary>
static class UnlikeKindText
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<UnlikeKind>().Select(Text)];

    public static string Text(this UnlikeKind kind) => kind == UnlikeKind.Slow ? "slow" : "suspicious";

    /// <summary>Null where it is none.</summary>
    public static UnlikeKind? Parse(string text) =>
        All.Contains(text) ? (UnlikeKind)All.ToList().IndexOf(text) : null;
}
