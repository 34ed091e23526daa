using RunLedger.Folding;

namespace RunLedger.Unlike;

/// <summary>
/// The version that a run says it is of: the member <c>version</c> of the evidence of any message about it, a text or
/// a number; of several that of the start.
/// </summary>
static class RunVersion
{
    public const int MostCharacters = 100;

    /// <summary>In which order they are asked.</summary>
    public static readonly IReadOnlyList<Contract> Contracts =
    [
        Contract.RunStarted, Contract.RunObserved, Contract.RunHeartbeat, Contract.RunCompleted, Contract.RunFailed,
        Contract.RunCancelled,
    ];

    /// <summary>It as a column of a statement; what is read has to go through <see cref="Text"/>.</summary>
    /// <param name="run">The table of the runs there.</param>
    public static string Sql(string run) =>
        "cast(coalesce(" + string.Join(
            ", ",
            Contracts.Select(contract =>
                $"{run}.evidence_ref -> 'from' -> '{contract}' -> 'value' ->> 'version'")) + ") as text)";

    /// <summary>Null where it is none; the first characters of a long one.</summary>
    public static string? Text(string? stored) => stored switch
    {
        null or "" or ['{' or '[', ..] => null,
        _ => Cut(stored, MostCharacters),
    };

    /// <summary>The first characters of a long text; none is cut in half.</summary>
    public static string Cut(string text, int most) => text.Length <= most
        ? text
        : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";
}
