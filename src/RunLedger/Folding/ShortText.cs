using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using RunLedger.Contracts;

namespace RunLedger.Folding;

/// <summary>
/// Shortens names and references to what their columns take: the beginning, an ellipsis, and 32 hexadecimal digits of
/// the SHA-256 of the whole. So names that differ stay different, one name has one short form wherever it is, and the
/// row itself says that it was shortened.
/// </summary>
static class ShortText
{
    /// <summary>An index entry of PostgreSQL holds 2,704 bytes; 512 UTF-16 units are at most 1,536.</summary>
    public const int MaxCode = 512;

    public const int MaxRef = 32_768;

    const char Mark = '…';

    const int HashDigits = 32;

    static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static RunObservation Shorten(RunObservation message)
    {
        var step = message as StepObservation;
        if (Fits(message.ProcessCandidateCode, MaxCode) && Fits(message.CorrelationId, MaxCode)
            && Fits(message.IdempotencyKey, MaxCode) && Fits(message.InputRef, MaxRef)
            && Fits(message.OutputRef, MaxRef) && Fits(message.ErrorRef, MaxRef)
            && Fits(step?.DotCode, MaxCode) && Fits(step?.EventCode, MaxCode))
            return message;
        var shortened = message with
        {
            ProcessCandidateCode = Shorten(message.ProcessCandidateCode, MaxCode)!,
            CorrelationId = Shorten(message.CorrelationId, MaxCode)!,
            IdempotencyKey = Shorten(message.IdempotencyKey, MaxCode),
            InputRef = Shorten(message.InputRef, MaxRef),
            OutputRef = Shorten(message.OutputRef, MaxRef),
            ErrorRef = Shorten(message.ErrorRef, MaxRef),
        };
        return shortened is StepObservation one
            ? one with { DotCode = Shorten(one.DotCode, MaxCode), EventCode = Shorten(one.EventCode, MaxCode) }
            : shortened;
    }

    /// <summary>Text of at most so many UTF-16 units; text that cannot be stored is left for whoever says so.</summary>
    public static string? Shorten(string? text, int most)
    {
        if (Fits(text, most))
            return text;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text!)));
        var length = most - 1 - HashDigits;
        return string.Concat(
            text.AsSpan(0, char.IsHighSurrogate(text![length - 1]) ? length - 1 : length),
            [Mark],
            hash.AsSpan(0, HashDigits));
    }

    public static ProcessDefined Shorten(ProcessDefined defined) => defined with
    {
        ProcessCandidateCode = Shorten(defined.ProcessCandidateCode, MaxCode)!,
        ProcessDefinitionCode = Shorten(defined.ProcessDefinitionCode, MaxCode)!,
    };

    /// <summary>Whether text is the short form of another.</summary>
    public static bool IsShortened(string? text) =>
        text is { Length: MaxCode or MaxCode - 1 or MaxRef or MaxRef - 1 } && text[^(HashDigits + 1)] == Mark
        && !text.AsSpan(text.Length - HashDigits).ContainsAnyExcept(Digits);

    static bool Fits(string? text, int most) => text is null || text.Length <= most;
}
