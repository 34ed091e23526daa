using System.Text.RegularExpressions;

namespace RunLedger.Service.Query;

/// <summary>What the engine says is wrong, in words for whoever asked.</summary>
static partial class QueryFault
{
    /// <param name="memoryMegabytes">What a statement may have.</param>
    public static string TooMuchMemory(int memoryMegabytes) =>
        $"It needs more than {memoryMegabytes} MB (Query__MemoryMegabytes): ask for less, or name fewer columns.";

    /// <param name="fault">The engine's own words, which may quote what is in a row.</param>
    /// <param name="memoryMegabytes">What a statement may have.</param>
    public static QueryException Of(string fault, int memoryMegabytes)
    {
        // The engine advises to set what cannot be set here.
        if (fault.StartsWith("Out of Memory", StringComparison.OrdinalIgnoreCase))
            return new(TooMuchMemory(memoryMegabytes));
        if (fault.Contains(".parquet", StringComparison.Ordinal))
        {
            const string Damaged = "A file of the archive cannot be read; `archive verify` says which are damaged.";
            return new($"{Damaged} {fault.Trim()}", Damaged);
        }

        // Of the columns it knows those that are read: the rest is said elsewhere.
        return fault.StartsWith("Binder Error", StringComparison.Ordinal)
            ? new($"{fault.Split('\n')[0].Split(" Candidate bindings")[0]} docs/query.md names the columns.")
            : new(
                fault.Trim(),
                $"{(Kind().Match(fault) is { Success: true } kind ? kind.Value : "It failed")} on what is in a row, "
                + "which is not quoted here: use try_cast, or leave such rows out.");
    }

    [GeneratedRegex("^[A-Z][A-Za-z ]{1,40} Error")]
    private static partial Regex Kind();
}
