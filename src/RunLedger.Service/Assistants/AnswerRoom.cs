using System.Text.Json;
using Microsoft.Extensions.Options;

namespace RunLedger.Service.Assistants;

/// <summary>
/// Keeps an answer as short as it may be: texts are cut, and a page of items ends where there is no more room.
/// </summary>
sealed class AnswerRoom(IOptions<AssistantOptions> options)
{
    /// <summary>For the cursor, which is known last; names that lists go on by are shorter than that.</summary>
    const int ForCursor = 2 * 1024;

    /// <summary>For evidence, which is cut: a quarter of the answer.</summary>
    public int ForEvidence => options.Value.AnswerBytes / 4;

    /// <summary>As many of the items as there is room for, at least one.</summary>
    /// <param name="empty">The answer without any.</param>
    /// <param name="items">Those there are.</param>
    public IReadOnlyList<TItem> Fill<TAnswer, TItem>(TAnswer empty, IEnumerable<TItem> items)
        where TAnswer : class
        where TItem : class
    {
        var room = options.Value.AnswerBytes - ForCursor - Bytes(empty);
        var taken = new List<TItem>();
        foreach (var item in items)
        {
            room -= Bytes(item) + 1;
            if (room < 0 && taken.Count > 0)
                break;
            taken.Add(item);
        }

        return taken;
    }

    /// <summary>The text, or its beginning, such that it takes no more than so many bytes of JSON.</summary>
    public static string? Cut(string? text, int most)
    {
        if (text is null)
            return null;
        var room = most;
        for (var at = 0; at < text.Length; at++)
        {
            // At most, however it is written: what is neither plain nor short may be escaped, half a pair with six.
            room -= text[at] switch
            {
                '"' or '\\' => 2,
                >= ' ' and <= '~' => 1,
                _ => 6,
            };
            if (room < 0)
                return text[..(at > 0 && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at)] + "…";
        }

        return text;
    }

    static int Bytes<T>(T value) =>
        JsonSerializer.SerializeToUtf8Bytes(value, typeof(T), AssistantJson.Readable).Length;
}
