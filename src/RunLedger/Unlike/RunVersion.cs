using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Storage;

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
    /// <param name="sql">The dialect.</param>
    /// <param name="run">The table of the runs there.</param>
    public static string Sql(LedgerSql sql, string run) =>
        "coalesce(" + string.Join(
            ", ",
            Contracts.Select(contract => sql.TextOrNumber(
                $"({run}.evidence_ref -> 'from' -> '{contract}' -> 'value' -> 'version')"))) + ")";

    /// <summary>The same of the member <c>from</c> of an evidence that was read.</summary>
    public static string? Of(JsonElement from) => Text(Contracts
        .Select(contract => from.TryGetProperty(contract.ToString(), out var one)
            && one.ValueKind == JsonValueKind.Object
            && one.TryGetProperty("value", out var value)
            && value.ValueKind == JsonValueKind.Object
            && value.TryGetProperty("version", out var version)
            && version.ValueKind is JsonValueKind.String or JsonValueKind.Number
                ? version.ToString()
                : null)
        .FirstOrDefault(version => !string.IsNullOrEmpty(version)));

    /// <summary>Null where it is none; the first characters of a long one.</summary>
    public static string? Text(string? stored) => string.IsNullOrEmpty(stored) ? null : Cut(stored, MostCharacters);

    /// <summary>The first characters of a long text; none is cut in half.</summary>
    public static string Cut(string text, int most) => text.Length <= most
        ? text
        : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";
}
