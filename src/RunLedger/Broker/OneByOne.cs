namespace RunLedger.Broker;

/// <summary>
/// Asks the broker one thing at a time over a channel. MassTransit declares what a queue needs all at once, and the
/// client has all but one wait; RabbitMQ.Client 7.2.2 forgets those that wait when the channel is lost, without an
/// error and whatever their time limit, and the queue would never be consumed. Here nobody forgets them.
/// </summary>
sealed class OneByOne
{
    readonly Lock _lock = new();
    Task _last = Task.CompletedTask;

    /// <summary>Completes as <paramref name="ask"/> does, which begins when those before it are done.</summary>
    public Task<T> Alone<T>(Func<Task<T>> ask)
    {
        lock (_lock)
        {
            var mine = After(_last, ask);
            _last = mine;
            return mine;
        }
    }

    /// <inheritdoc cref="Alone{T}"/>
    public Task Alone(Func<Task> ask) => Alone(async () =>
    {
        await ask();
        return true;
    });

    static async Task<T> After<T>(Task before, Func<Task<T>> ask)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        return await ask();
    }
}
