using RunLedger.Cli.Options;

namespace RunLedger.Cli.Transport;

/// <summary>HTTP clients for a ledger, with the key of <c>RUNLEDGER_API_KEY</c> where there is one.</summary>
sealed class LedgerHttpClientFactory(LedgerAddress address) : IHttpClientFactory, IDisposable
{
    public const string ApiKey = "RUNLEDGER_API_KEY";
    const string Header = "X-Api-Key";

    // Longer than the ledger waits before it answers 503.
    static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    readonly SocketsHttpHandler _handler = new();

    public HttpClient CreateClient(string name = "")
    {
        var client =
            new HttpClient(_handler, disposeHandler: false) { BaseAddress = address.Uri, Timeout = RequestTimeout };
        if (Environment.GetEnvironmentVariable(ApiKey) is { Length: > 0 } key)
            client.DefaultRequestHeaders.TryAddWithoutValidation(Header, key.Trim());
        return client;
    }

    public void Dispose() => _handler.Dispose();
}
