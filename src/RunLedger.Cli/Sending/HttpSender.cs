namespace RunLedger.Cli.Sending;

/// <summary>A ledger's <c>POST /api/observations</c>.</summary>
sealed class HttpSender(LedgerAddress address) : ISender
{
    readonly LedgerHttp _ledger = new(address);

    public async Task<string?> SendAsync(IReadOnlyList<string> lines, CancellationToken cancellationToken)
    {
        try
        {
            await _ledger.PostAsync("api/observations", string.Join('\n', lines), cancellationToken);
            return null;
        }
        catch (Exception e) when (e is CliException or HttpRequestException or IOException or OperationCanceledException)
        {
            return e.Message;
        }
    }

    public ValueTask DisposeAsync()
    {
        _ledger.Dispose();
        return ValueTask.CompletedTask;
    }
}
