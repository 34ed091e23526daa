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
    public async Task<bool> Read(Stream body, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_count == _bytes.Length && !TryGrow())
                return false;
            var read = await body.ReadAsync(_bytes.AsMemory(_count), cancellationToken);
            if (read == 0)
                return true;
            _count += read;
        }
    }

    public void Dispose() => _room?.Dispose();

    // Twice as much as has come, and not what the sender says will come.
    bool TryGrow()
    {
        var size = 2 * _count < IntakeLimits.MaxBodyBytes
            ? Math.Max(Least, 2 * _count)
            : IntakeLimits.MaxBodyBytes + Least;
        if (shares.TryTakeBytes(http, size) is not { } room)
            return false;
        var grown = GC.AllocateUninitializedArray<byte>(size);
        _bytes.CopyTo(grown, 0);
        _room?.Dispose();
        (_bytes, _room) = (grown, room);
        return true;
    }
}
