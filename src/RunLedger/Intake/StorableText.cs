using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace RunLedger.Intake;

/// <summary>Mends text, so that every table can hold it; it keeps its length.</summary>
static class StorableText
{
    /// <summary>What is said of text that was.</summary>
    public const string Mended = "text with a NUL or half a character is mended";

    const int EscapeLength = 6;

    static ReadOnlySpan<byte> Replacement => "fffd"u8;

    /// <summary>
    /// As it stands in JSON: an escaped NUL and half of a surrogate pair become the replacement character, a byte that
    /// is no UTF-8 a question mark.
    /// </summary>
    /// <returns>Whether something was mended.</returns>
    public static bool Mend(Span<byte> json)
    {
        var mended = MendBytes(json);
        for (var at = 0; json[at..].IndexOf((byte)'\\') is >= 0 and var next;)
        {
            at += next;
            if (Escaped(json[at..]) is not { } unit)
            {
                at = Math.Min(at + 2, json.Length);
                continue;
            }

            var isPair = char.IsHighSurrogate(unit)
                && Escaped(json[(at + EscapeLength)..]) is { } low && char.IsLowSurrogate(low);
            if (!isPair && (unit == '\0' || char.IsSurrogate(unit)))
            {
                Replacement.CopyTo(json[(at + 2)..]);
                mended = true;
            }

            at += isPair ? 2 * EscapeLength : EscapeLength;
        }

        return mended;
    }

    /// <summary>Of text that was read a NUL and half of a surrogate pair.</summary>
    public static string Mend(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD')));

    /// <summary>Where text that was cut after so many bytes ends with a whole character.</summary>
    /// <param name="json">The text, without the quote at its end.</param>
    /// <param name="from">Where its first character is.</param>
    public static int WholeEnd(ReadOnlySpan<byte> json, int from)
    {
        for (var back = 1; back < EscapeLength && json.Length - back >= from; back++)
        {
            var at = json.Length - back;
            if (json[at] != '\\')
                continue;
            var run = json[from..(at + 1)].Length - json[from..(at + 1)].TrimEnd((byte)'\\').Length;
            var isEscape = run % 2 == 1;
            var length = back > 1 && json[at + 1] == 'u' ? EscapeLength : 2;
            if (isEscape && back < length)
                return at;
            break;
        }

        var end = json.Length;
        while (end > from && json.Length - end < 4 && (json[end - 1] & 0xC0) == 0x80)
            end--;
        if (end > from && json[end - 1] >= 0xC0)
            end--;
        return Utf8.IsValid(json[end..]) ? json.Length : end;
    }

    /// <summary>What text says, without its quotes, whatever is wrong with it.</summary>
    public static string Unescape(ReadOnlySpan<byte> json)
    {
        if (!json.Contains((byte)'\\'))
            return Encoding.UTF8.GetString(json);
        byte[] quoted = [(byte)'"', .. json, (byte)'"'];
        Mend(quoted);
        try
        {
            return JsonElement.Parse(quoted).GetString()!;
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(json);
        }
    }

    static bool MendBytes(Span<byte> json)
    {
        if (Utf8.IsValid(json))
            return false;
        while (!json.IsEmpty)
        {
            var isText = Rune.DecodeFromUtf8(json, out _, out var length) == OperationStatus.Done;
            if (!isText)
                json[..length].Fill((byte)'?');
            json = json[length..];
        }

        return true;
    }

    /// <summary>The unit that an escape begins with here; null for another escape.</summary>
    static char? Escaped(ReadOnlySpan<byte> json) =>
        json.Length >= EscapeLength && json[0] == '\\' && json[1] == 'u'
        && Utf8Parser.TryParse(json[2..EscapeLength], out ushort unit, out var read, 'x') && read == 4
            ? (char)unit
            : null;
}
