using System.Buffers;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// A value that is kept as a whole or not at all, as far as <see cref="EventTrimmer"/> has read it; and text, such as a
/// name, whose end is looked for. Its bytes may come in any pieces.
/// </summary>
struct EventValue
{
    static readonly SearchValues<byte> AfterScalar = SearchValues.Create(" \t\r\n,]}"u8);
    static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);

    /// <summary>Null where it is not kept.</summary>
    public EventShape? Shape;
    public string Path;

    /// <summary>In bytes.</summary>
    public int Limit;
    public long Bytes;

    /// <summary>What is kept before it, its name and comma not counted.</summary>
    public int Mark;

    /// <summary>Where it begins in what is kept.</summary>
    public int From;

    /// <summary>Whether something was kept before it in its object or array.</summary>
    public bool Any;
    public bool IsKept;

    /// <summary>A number, true, false, null, or what should be one of them.</summary>
    public bool IsScalar;
    public bool IsText;
    public bool IsCut;
    public bool IsDeep;
    int _depth;
    bool _inText;
    bool _isEscaped;

    /// <summary>Where it ends, by its brackets and quotes; less than nothing where it goes on.</summary>
    /// <param name="more">The bytes that follow those of before.</param>
    /// <param name="around">How deep it lies itself.</param>
    public int EndOf(ReadOnlySpan<byte> more, int around)
    {
        if (IsScalar)
            return more.IndexOfAny(AfterScalar);
        for (var at = 0; at < more.Length;)
        {
            var next = _inText ? EndOfText(more[at..]) : more[at..].IndexOfAny(Structure);
            if (next < 0)
                return -1;
            at += next + 1;
            switch (more[at - 1])
            {
                case (byte)'"':
                    _inText = !_inText;
                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    IsDeep |= around + _depth > ReadableJson.MaxDepth;
                    break;
                default:
                    _depth--;
                    break;
            }

            if (_depth <= 0 && !_inText)
                return at;
        }

        return -1;
    }

    /// <summary>Where the quote is that ends text; less than nothing where it is not here.</summary>
    public int EndOfText(ReadOnlySpan<byte> more)
    {
        var at = 0;
        if (_isEscaped && !more.IsEmpty)
        {
            _isEscaped = false;
            at = 1;
        }

        while (at < more.Length)
        {
            var next = more[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                return -1;
            at += next;
            if (more[at] == '"')
                return at;
            at += 2;
        }

        _isEscaped = at > more.Length;
        return -1;
    }
}
