using Microsoft.Extensions.Logging;
using RunLedger.Cli.Sending;
using RunLedger.Client;
using RunLedger.Client.Sending;
using RunLedger.Contracts;

namespace RunLedger.Cli.Observing;

/// <summary>
/// Tells the ledger beside the command that is observed and never in its way: nothing here waits but
/// <see cref="Finish"/>, and that no longer than it is allowed.
/// </summary>
sealed class Reporting : ITransport, ILogger<Sender>, IAsyncDisposable
{
    const long MaxSpoolBytes = 16 * 1024 * 1024;

    readonly RunLedgerClientOptions _options;
    readonly Outbox _outbox;
    readonly ITransport _transport;
    readonly Sender _sender;
    readonly CancellationTokenSource _enough = new();
    string? _warning;
    Task? _starting;
    volatile bool _finishing;

    public Reporting(ObserveOptions options, TimeProvider time)
    {
        _options = new()
        {
            SpoolDirectory = options.Spool is { } folder ? SpoolFolder.Of(folder, options.Address) : null,
            MaxSpoolBytes = MaxSpoolBytes,
            FlushLimit = options.Flush,
        };
        _outbox = new Outbox(_options, time);
        _transport = options.Address.IsBroker
            ? new BrokerTransport(options.Address)
            : new HttpTransport(new LedgerClients(options.Address), options.Address.Uri);
        _sender = new Sender(_outbox, this, this);
    }

    public void Report(RunObservation message)
    {
        _outbox.Add(message, traceParent: null);
        _starting ??= Task.Run(Start);
    }

    /// <summary>Sends the rest within the limit, and leaves what is then still here to the spool.</summary>
    /// <param name="hurry">Ends the waiting.</param>
    /// <returns>What was lost, and what waits in the spool; null where nothing did.</returns>
    public async Task<(string? Lost, string? Left)> Finish(CancellationToken hurry)
    {
        _finishing = true;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(hurry, _enough.Token);
        // What does not stop by itself ends with the process.
        await Stop(end.Token).WaitAsync(_options.FlushLimit + TimeSpan.FromSeconds(1), CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (
            _sender.Lost > 0
                ? $"{_sender.Lost} observations are lost. {_warning ?? "The spool had them in part."}"
                : null,
            Waits() ? $"not sent yet, kept in {_options.SpoolDirectory}. {_warning}" : null);
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        _enough.Dispose();
    }

    /// <summary>
    /// Once the command has ended, one attempt that fails is enough: a ledger that is away costs it nothing.
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
            await _enough.CancelAsync();
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

    async Task Start()
    {
        if (_options.SpoolDirectory is { } folder)
            SpoolFolder.Make(folder);
        await _sender.StartAsync(CancellationToken.None);
    }

    async Task Stop(CancellationToken hurry)
    {
        await (_starting ?? Task.CompletedTask);
        await _sender.StoppedAsync(hurry);
    }

    bool Waits() =>
        Directory.Exists(_options.SpoolDirectory) && Directory.EnumerateFiles(_options.SpoolDirectory).Any();
}
