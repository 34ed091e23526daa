namespace RunLedger.Unlike;

/// <summary>How something is unlike those before it.</summary>
enum UnlikeKind
{
    /// <summary>Open, and longer than those before it took.</summary>
    Slow,

    /// <summary>It ended well, and far too fast.</summary>
    Suspicious,
}
