using Microsoft.Extensions.Logging;
using RunLedger.Cli.Transport;
using RunLedger.Client;
using RunLedger.Client.Sending;
using RunLedger.Contracts;

namespace RunLedger.Cli.Observe;

/// <summary>
/// Reports to the ledger while the command runs. Nothing here waits except <see cref="Finish"/>, within its limit.
/// </summary>
sealed class ObservationReporter : ITransport, ILogger<Sender>, IAsyncDisposable
{
    const long MaxSpoolBytes = 16 * 1024 * 1024;

    readonly RunLedgerClientOptions _options;
    readonly Outbox _outbox;
    readonly ITransport _transport;
    readonly Sender _sender;
    readonly CancellationTokenSource _sendFailed = new();
    string? _warning;
    Task? _starting;
    volatile bool _finishing;

    public ObservationReporter(ObserveOptions options, TimeProvider time)
    {
        _options = new()
        {
            SpoolDirectory = options.Spool is { } folder ? SpoolDirectory.ForLedger(folder, options.Address) : null,
            MaxSpoolBytes = MaxSpoolBytes,
            FlushLimit = options.Flush,
        };
        _outbox = new Outbox(_options, time);
        _transport = options.Address.Broker is { } broker
            ? new RabbitMqTransport(broker)
            : new HttpTransport(new LedgerHttpClientFactory(options.Address), options.Address.Uri);
        _sender = new Sender(_outbox, this, this);
    }

    public void Report(RunObservation message)
    {
        _outbox.Add(message, traceParent: null);
        _starting ??= Task.Run(() => _sender.StartAsync(CancellationToken.None));
    }

    /// <summary>Sends the rest within the limit; what is not sent by then stays in the spool.</summary>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>What was lost, and what is left in the spool, each in words; null where nothing is.</returns>
    public async Task<(string? Lost, string? Left)> Finish(CancellationToken cancellationToken)
    {
        _finishing = true;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _sendFailed.Token);
        // A sender that does not stop in time ends with the process.
        await Stop(end.Token).WaitAsync(_options.FlushLimit + TimeSpan.FromSeconds(1), CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (
            _sender.Lost > 0
                ? $"{_sender.Lost} observations are lost. {_warning ?? "The spool had them in part."}"
                : null,
            HasSpooled() ? $"not sent yet, kept in {_options.SpoolDirectory}. {_warning}" : null);
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        _sendFailed.Dispose();
    }

    /// <summary>
    /// After the end of the command one failed attempt is enough: an unavailable ledger must not delay its exit.
    /// </summary>
    async Task<IReadOnlyList<string>> ITransport.Send(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.Send(lines, cancellationToken);
        }
        catch when (_finishing)
        {
            await _sendFailed.CancelAsync();
            throw;
        }
    }

    void ILogger.Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
            _warning = formatter(state, exception).ReplaceLineEndings(" ");
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    async Task Stop(CancellationToken cancellationToken)
    {
        await (_starting ?? Task.CompletedTask);
        await _sender.StoppedAsync(cancellationToken);
    }

    bool HasSpooled() =>
        Directory.Exists(_options.SpoolDirectory) && Directory.EnumerateFiles(_options.SpoolDirectory).Any();
}
