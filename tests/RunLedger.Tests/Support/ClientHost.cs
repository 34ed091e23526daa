using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using RunLedger.Client;
using RunLedger.Client.Sending;

namespace RunLedger.Tests.Support;

/// <summary>The client in a container, with a ledger of the test's own.</summary>
sealed class ClientHost : IAsyncDisposable
{
    readonly ServiceProvider _services;

    public ClientHost(HeldTransport ledger, TimeProvider? time = null, Action<RunLedgerClientOptions>? configure = null)
    {
        _services = new ServiceCollection()
            .AddSingleton(time ?? TimeProvider.System)
            .AddLogging(log => log.AddProvider(Logged))
            .AddRunLedgerClient(options =>
            {
                options.LedgerUrl = new Uri("http://127.0.0.1:9");
                options.HeartbeatEvery = null;
                configure?.Invoke(options);
            })
            .Replace(ServiceDescriptor.Singleton<ITransport>(ledger))
            .BuildServiceProvider();
        Reporter = _services.GetRequiredService<IRunReporter>();
        Sender = _services.GetRequiredService<Sender>();
    }

    public IRunReporter Reporter { get; }
    public Sender Sender { get; }
    public Logs Logged { get; } = new();

    public static async Task<ClientHost> Start(
        HeldTransport ledger, TimeProvider? time = null, Action<RunLedgerClientOptions>? configure = null)
    {
        var host = new ClientHost(ledger, time, configure);
        await host.Sender.StartAsync(CancellationToken.None);
        return host;
    }

    public async Task Stop()
    {
        await Sender.StopAsync(CancellationToken.None);
        await Sender.StoppedAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>What was said, in order.</summary>
    public sealed class Logs : ILoggerProvider, ILogger
    {
        readonly List<string> _lines = [];

        public List<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
