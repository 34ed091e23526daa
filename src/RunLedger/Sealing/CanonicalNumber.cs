using System.Globalization;

namespace RunLedger.Sealing;

/// <summary>
/// One spelling for numbers that are equal: by their decimal digits and not by how they were written.
/// </summary>
static class CanonicalNumber
{
    /// <summary>Whether it certainly is spelled so already.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> number) => number[^1] != '0'
        && !number.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>The digits without zeros at either end, and the power of ten of the last one.</summary>
    public static string Of(string text)
    {
        var mantissa = text.AsSpan();
        long exponent = 0;
        if (mantissa.IndexOfAny('e', 'E') is >= 0 and var at)
        {
            if (!long.TryParse(mantissa[(at + 1)..], CultureInfo.InvariantCulture, out exponent))
                return text;
            mantissa = mantissa[..at];
        }

        var negative = mantissa[0] == '-';
        mantissa = mantissa.TrimStart('-');
        if (mantissa.IndexOf('.') is >= 0 and var point)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        }

        var digits = mantissa.TrimStart('0');
        var trimmed = digits.TrimEnd('0');
        exponent += digits.Length - trimmed.Length;
        return trimmed.IsEmpty ? "0"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(negative ? "-" : "")}{trimmed}{(exponent == 0 ? "" : $"e{exponent}")}");
    }
}
