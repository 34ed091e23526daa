namespace RunLedger.Cli.Sending;

/// <summary>The way to the ledger: HTTP or its broker.</summary>
interface ISender : IAsyncDisposable
{
    /// <param name="lines">Observations as <c>POST /api/observations</c> takes them, each on a line.</param>
    /// <returns>Null when the ledger has them, durably: also what it refused, which it keeps. Else why not.</returns>
    Task<string?> SendAsync(IReadOnlyList<string> lines, CancellationToken cancellationToken);
}
