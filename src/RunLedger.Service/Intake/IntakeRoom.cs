using System.Threading.RateLimiting;

namespace RunLedger.Service.Intake;

/// <summary>
/// Bounds what waits in this process for its commit: what is rejected, and, embedded, everything. A request that is
/// answered 503 leaves it behind, because a unit that is under way is never abandoned; while the database is away the
/// next ones find no room and hold nothing.
/// </summary>
sealed class IntakeRoom : IDisposable
{
    /// <summary>An observation's objects beside its bytes, which are held twice: as sent and as delivered.</summary>
    const int Overhead = 4 * 1024;

    readonly ConcurrencyLimiter _bytes = new(new()
    {
        PermitLimit = IntakeLimits.RoomBytes,
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for room, begins the work, and gives the room back when the work has ended.</summary>
    /// <returns>The work, begun.</returns>
    /// <exception cref="OperationCanceledException">There was no room in time, and nothing was begun.</exception>
    public async Task<Task> Enter(int bytes, Func<Task> work, CancellationToken cancellationToken)
    {
        var held = Math.Min(IntakeLimits.RoomBytes, Overhead + (2 * bytes));
        var room = await _bytes.AcquireAsync(held, cancellationToken);
        try
        {
            return Leave(room, work());
        }
        catch
        {
            room.Dispose();
            throw;
        }
    }

    public void Dispose() => _bytes.Dispose();

    // Not the work itself, which knows the whole body that its observation came in.
    static async Task Leave(RateLimitLease room, Task begun)
    {
        using (room)
            await begun;
    }
}
