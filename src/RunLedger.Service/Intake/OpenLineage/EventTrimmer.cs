using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// Takes of OpenLineage events what the ledger keeps, while their bytes come: so an event of any size takes no more
/// room than that, and a part that cannot be kept costs itself and not the event. What is left out and would have been
/// kept is named. Text that no table can hold is mended.
/// </summary>
/// <remarks>
/// Whether it is JSON is for whoever reads what is kept; here a value only ends where its brackets and quotes do.
/// </remarks>
/// <param name="facetBytes">A facet that has more is not kept.</param>
/// <param name="most">What is kept of all events; beyond it facets and datasets are not.</param>
sealed class EventTrimmer(int facetBytes, int most = int.MaxValue)
{
    /// <summary>Of each of an event's two lists, whose reference keeps less.</summary>
    const int DatasetBytes = 1024 * 1024;

    /// <summary>
    /// Of each object of facets, however small they are: the standard and its integrations know some dozens.
    /// </summary>
    const int MostFacets = 2_000;

    /// <summary>Of a name of a member; one that is longer is not kept, nor what it names.</summary>
    const int NameBytes = 64 * 1024;

    static readonly SearchValues<byte> Between = SearchValues.Create(" \t\r\n,\uFEFF"u8);

    readonly Stack<EventPlace> _open = new();
    readonly List<(Range Json, List<string> Dropped)> _events = [];
    readonly List<byte> _name = [];
    List<string> _dropped = [];
    byte[] _kept = new byte[16 * 1024];
    int _count;
    int _start;
    State _state;
    EventValue _value;
    bool _isNameTooLong;

    enum State
    {
        Value,
        Name,
        InName,
        Colon,
        InValue,
    }

    /// <summary>What is kept up to now.</summary>
    public ReadOnlyMemory<byte> Kept => _kept.AsMemory(0, _count);

    /// <summary>How many events have ended.</summary>
    public int Count => _events.Count;

    /// <summary>One event that is there as a whole.</summary>
    public static TrimmedEvent Trim(ReadOnlySpan<byte> json, int facetBytes)
    {
        var trimmer = new EventTrimmer(facetBytes);
        trimmer.Read(json);
        return trimmer.End() is [var only, ..] ? only : new TrimmedEvent(default, []);
    }

    public void Read(ReadOnlySpan<byte> more)
    {
        while (!more.IsEmpty)
        {
            more = more[(_state switch
            {
                State.Value => AtValue(more),
                State.Name => AtName(more),
                State.InName => InName(more),
                State.Colon => AtColon(more),
                _ => InValue(more),
            })..];
        }
    }

    /// <summary>The events, of which the last may have been cut off.</summary>
    public IReadOnlyList<TrimmedEvent> End()
    {
        if (_state == State.InValue)
            EndValue();
        if (_count > _start)
            EndEvent();
        return [.. _events.Select(one => new TrimmedEvent(_kept.AsMemory(one.Json), one.Dropped))];
    }

    int AtValue(ReadOnlySpan<byte> more)
    {
        // Commas and byte order marks part values, here as white space does.
        var at = more.IndexOfAnyExcept(Between);
        if (at != 0)
            return at < 0 ? more.Length : at;
        if (more[0] is (byte)']' or (byte)'}')
        {
            Close();
            return 1;
        }

        var shape = HasRoom() ? Here() : null;
        switch (more[0])
        {
            case (byte)'[' when _open.Count == 0:
                _open.Push(new EventPlace { IsArray = true, IsRoot = true });
                return 1;
            case (byte)'{' when shape is { Members: not null }:
                Open(shape, isArray: false);
                return 1;
            case (byte)'[' when shape is { Items: not null }:
                Open(shape, isArray: true);
                return 1;
            default:
                Begin(shape, more[0]);
                return 0;
        }
    }

    int AtName(ReadOnlySpan<byte> more)
    {
        var at = more.IndexOfAny((byte)'"', (byte)'}');
        if (at < 0)
            return more.Length;
        if (more[at] == '}')
        {
            Close();
        }
        else
        {
            _name.Clear();
            _isNameTooLong = false;
            _value = default;
            _state = State.InName;
        }

        return at + 1;
    }

    int InName(ReadOnlySpan<byte> more)
    {
        var end = _value.EndOfText(more);
        var length = end < 0 ? more.Length : end;
        if (_name.Count + length <= NameBytes)
            _name.AddRange(more[..length]);
        else
            _isNameTooLong = true;
        if (end < 0)
            return length;
        _state = State.Colon;
        return length + 1;
    }

    int AtColon(ReadOnlySpan<byte> more)
    {
        var at = more.IndexOf((byte)':');
        if (at < 0)
            return more.Length;
        _state = State.Value;
        return at + 1;
    }

    /// <summary>Null where nothing is kept.</summary>
    EventShape? Here()
    {
        if (!_open.TryPeek(out var place) || place.IsRoot)
            return EventShape.Event;
        if (place.IsArray)
            return place.Shape!.Items;
        if (!_isNameTooLong && place.Shape!.Members!.TryGetValue(Name(), out var member))
            return member;
        if (place.Shape!.Others is not { } facet)
            return null;
        if (!_isNameTooLong && place.Others++ < MostFacets)
            return facet;
        place.Left++;
        return null;
    }

    // Of a list of datasets that is long enough.
    bool HasRoom()
    {
        if (!_open.TryPeek(out var list) || list.Shape?.Items is null
            || (_count - list.Start < DatasetBytes && _count < most))
            return true;
        list.Left++;
        return false;
    }

    void Open(EventShape shape, bool isArray)
    {
        var opened = new EventPlace { Shape = shape, IsArray = isArray, Path = Path(), Start = _count };
        BeginPart();
        Keep(isArray ? "["u8 : "{"u8);
        _open.Push(opened);
        _state = isArray ? State.Value : State.Name;
    }

    void Close()
    {
        if (!_open.TryPop(out var closed))
            return;
        if (closed.Left > 0)
        {
            Note(closed.Path, closed.IsArray
                ? $"{Number(closed.Left)} datasets beyond the first"
                : $"{Number(closed.Left)} facets beyond the first {Number(MostFacets)}, or with too long a name");
        }

        if (!closed.IsRoot)
            Keep(closed.IsArray ? "]"u8 : "}"u8);
        EndPart();
    }

    void BeginPart()
    {
        if (!_open.TryPeek(out var place) || place.IsRoot)
        {
            (_start, _dropped) = (_count, []);
            return;
        }

        if (place.Any)
            Keep(","u8);
        place.Any = true;
        if (place.IsArray)
            return;
        Keep("\""u8);
        Keep(CollectionsMarshal.AsSpan(_name));
        StorableText.Mend(_kept.AsSpan(_count - _name.Count, _name.Count));
        Keep("\":"u8);
    }

    void EndPart()
    {
        var place = _open.TryPeek(out var open) ? open : null;
        _state = place is null or { IsArray: true } ? State.Value : State.Name;
        if (place is null or { IsRoot: true })
            EndEvent();
        else
            place.Index++;
    }

    void EndEvent()
    {
        if (_count > _start)
            _events.Add((_start.._count, _dropped));
        _start = _count;
    }

    void Begin(EventShape? shape, byte first)
    {
        var place = _open.TryPeek(out var open) ? open : null;
        _value = new EventValue
        {
            Shape = shape,
            Mark = _count,
            Any = place?.Any ?? false,
            IsKept = shape is not null,
            IsText = first == '"',
            IsScalar = first is not ((byte)'"' or (byte)'{' or (byte)'['),
            Path = shape is null ? "" : Path(),
            Limit = shape?.CutAt ?? (_count < most ? facetBytes : 0),
        };
        if (_value.IsKept)
            BeginPart();
        _value.From = _count;
        _state = State.InValue;
    }

    int InValue(ReadOnlySpan<byte> more)
    {
        var end = _value.EndOf(more, Depth());
        KeepValue(end < 0 ? more : more[..end]);
        if (end >= 0)
            EndValue();
        return end < 0 ? more.Length : end;
    }

    void KeepValue(ReadOnlySpan<byte> more)
    {
        _value.Bytes += more.Length;
        if (!_value.IsKept)
            return;
        if (_value.Shape!.CutAt is not null && _value.IsText && _value.Bytes > _value.Limit)
        {
            // Text is closed when it ends.
            var room = (int)Math.Max(0, _value.Limit - (_count - _value.From));
            Keep(more[..Math.Min(room, more.Length)]);
            _value.IsCut = true;
            return;
        }

        if (_value.Bytes <= _value.Limit && !_value.IsDeep)
        {
            Keep(more);
            return;
        }

        _value.IsKept = false;
        _count = _value.Mark;
        if (_open.TryPeek(out var place))
            place.Any = _value.Any;
    }

    void EndValue()
    {
        if (_value.IsKept)
        {
            if (_value.IsCut)
            {
                _count = StorableText.WholeEnd(_kept.AsSpan(0, _count), _value.From + 1);
                Keep("\""u8);
                Note(_value.Path, $"the first {Number(_count - _value.From)} of {Number(_value.Bytes)} bytes are kept");
            }

            if (StorableText.Mend(_kept.AsSpan(_value.From, _count - _value.From)))
                Note(_value.Path, StorableText.Mended);
        }
        else if (_value.Shape is not null)
        {
            Note(_value.Path, _value.IsDeep
                ? $"nested deeper than {ReadableJson.MaxDepth} levels"
                : $"{Number(_value.Bytes)} bytes");
        }

        _value = default;
        EndPart();
    }

    void Note(string path, string what) => _dropped.Add($"{CutText.To(path, 200) ?? "the event"}: {what}");

    static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    int Depth() => _open.Count(place => !place.IsRoot);

    string Path()
    {
        if (!_open.TryPeek(out var place) || place.IsRoot)
            return "";
        if (place.IsArray)
            return string.Create(CultureInfo.InvariantCulture, $"{place.Path}[{place.Index}]");
        var name = Name();
        return place.Path.Length > 0 ? $"{place.Path}.{name}" : name;
    }

    string Name() => StorableText.Unescape(CollectionsMarshal.AsSpan(_name));

    void Keep(ReadOnlySpan<byte> more)
    {
        if (_kept.Length - _count < more.Length)
            Array.Resize(ref _kept, Math.Max(2 * _kept.Length, _count + more.Length));
        more.CopyTo(_kept.AsSpan(_count));
        _count += more.Length;
    }
}
