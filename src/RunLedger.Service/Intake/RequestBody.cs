using System.Buffers;
using System.IO.Pipelines;
using System.Threading.RateLimiting;
using RunLedger.Intake;
using RunLedger.Service.Intake.OpenLineage;

namespace RunLedger.Service.Intake;

/// <summary>
/// The bytes of a body that arrives, and the room they take. A body of OpenLineage events that is too large to be held
/// is read on, and what the ledger keeps of its events is held instead.
/// </summary>
/// <param name="shares">The room.</param>
/// <param name="http">The request.</param>
/// <param name="limits">How large it may be, and how many parts it may have.</param>
/// <param name="trimmer">Of the events; null where what is too large is refused.</param>
sealed class RequestBody(
    IntakeShares shares, HttpContext http, IntakeOptions limits, EventTrimmer? trimmer = null) : IDisposable
{
    /// <summary>Of a body that begins, also of one that never comes.</summary>
    const int Least = 16 * 1024;

    byte[] _bytes = [];
    RateLimitLease? _room;
    int _count;
    long _total;
    bool _isTrimmed;

    /// <summary>The request.</summary>
    public HttpContext Http => http;

    /// <summary>Whether it is of OpenLineage events.</summary>
    public bool IsOfEvents => trimmer is not null;

    /// <summary>Whether what was read is an array, and not lines, a single value, or no JSON.</summary>
    public bool IsArray => _isTrimmed
        || (JsonBody.WithoutMark(Bytes).TrimStart(" \t\r\n"u8) is { Span: [(byte)'[', ..] } array
            && BodyParts.Fault(JsonBody.Quoted(array).Span) is null);

    /// <summary>How large it may be.</summary>
    public int MaxBytes { get; } = trimmer is null ? IntakeLimits.MaxBodyBytes : limits.MaxLineageBytes;

    /// <summary>All of it, or what is kept of it.</summary>
    public ReadOnlyMemory<byte> Bytes => _isTrimmed ? trimmer!.Kept : _bytes.AsMemory(0, _count);

    /// <summary>Reads all of it.</summary>
    /// <returns>False where there is no room for it.</returns>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    /// <exception cref="BadHttpRequestException">It is too large; what came of it is there.</exception>
    public async Task<bool> Read(PipeReader body, CancellationToken cancellationToken)
    {
        if (!TryGrow())
            return false;
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var kept = !read.IsCanceled && TryKeep(read.Buffer);
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCanceled)
                throw new OperationCanceledException();
            if (!kept || read.IsCompleted)
                return kept;
            if (_total > MaxBytes || http.Request.ContentLength > MaxBytes
                || (_isTrimmed && Bytes.Length > 2 * IntakeLimits.MaxBodyBytes))
                throw new BadHttpRequestException(
                    "Request body too large.", StatusCodes.Status413PayloadTooLarge);
            // Too many, however small each is: the rest of them is not read.
            if (_isTrimmed && trimmer!.Count > limits.MaxObservations)
                return true;
        }
    }

    /// <summary>What should be an observation each; one more than is allowed says that there are more.</summary>
    public IReadOnlyList<BodyPart> Parts()
    {
        if (_isTrimmed)
            return [.. trimmer!.End().Select((one, i) => new BodyPart(i + 1, one.Json) { Dropped = one.Dropped })];
        // One NaN must not cost a whole array of events.
        var text = IsOfEvents ? JsonBody.Quoted(Bytes) : Bytes;
        var parts = BodyParts.Of(text, limits.MaxObservations);
        return text.Length == Bytes.Length
            ? parts
            : [.. parts.Select(part => HasQuoted(part.Json.Span)
                ? part with { Dropped = [LineageMapping.NoNumberKept] }
                : part)];
    }

    public void Dispose() => _room?.Dispose();

    static bool HasQuoted(ReadOnlySpan<byte> json) =>
        json.IndexOf("\"NaN\""u8) >= 0 || json.IndexOf("Infinity\""u8) >= 0;

    bool TryKeep(ReadOnlySequence<byte> more)
    {
        _total += more.Length;
        if (trimmer is not null && (_isTrimmed || _total > IntakeLimits.MaxBodyBytes))
        {
            Trim(more);
            return true;
        }

        while (_bytes.Length - _count < more.Length)
        {
            if (!TryGrow())
                return false;
        }

        more.CopyTo(_bytes.AsSpan(_count));
        _count += (int)more.Length;
        return true;
    }

    void Trim(ReadOnlySequence<byte> more)
    {
        if (!_isTrimmed)
        {
            // Its room is now that of what is kept of it, which is no more.
            trimmer!.Read(_bytes.AsSpan(0, _count));
            (_bytes, _count, _isTrimmed) = ([], 0, true);
        }

        foreach (var segment in more)
            trimmer!.Read(segment.Span);
    }

    // Twice as much as there was, and not what the sender says will come.
    bool TryGrow()
    {
        var size = 2 * _bytes.Length < IntakeLimits.MaxBodyBytes
            ? Math.Max(Least, 2 * _bytes.Length)
            : IntakeLimits.MaxBodyBytes + Least;
        if (shares.TryTakeBytes(http, size) is not { } room)
            return false;
        var grown = GC.AllocateUninitializedArray<byte>(size);
        _bytes.AsSpan(0, _count).CopyTo(grown);
        _room?.Dispose();
        (_bytes, _room) = (grown, room);
        return true;
    }
}
