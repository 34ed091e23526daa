using System.Buffers;
using System.IO.Pipelines;
using System.Threading.RateLimiting;

namespace RunLedger.Service.Intake;

/// <summary>The bytes of a body that arrives, and the room they take.</summary>
sealed class RequestBody(IntakeShares shares, HttpContext http) : IDisposable
{
    /// <summary>Of a body that begins, also of one that never comes.</summary>
    const int Least = 16 * 1024;

    byte[] _bytes = [];
    RateLimitLease? _room;
    int _count;

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _count);

    /// <summary>Reads all of it.</summary>
    /// <returns>False where there is no room for it.</returns>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
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
        }
    }

    public void Dispose() => _room?.Dispose();

    bool TryKeep(ReadOnlySequence<byte> more)
    {
        while (_bytes.Length - _count < more.Length)
        {
            if (!TryGrow())
                return false;
        }

        more.CopyTo(_bytes.AsSpan(_count));
        _count += (int)more.Length;
        return true;
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
        Bytes.CopyTo(grown);
        _room?.Dispose();
        (_bytes, _room) = (grown, room);
        return true;
    }
}
