namespace RunLedger.Client.Sending;

/// <summary>The way to the ledger.</summary>
interface ITransport
{
    /// <summary>
    /// Hands over lines as <see cref="Line"/> writes them; returns when they are durable there, or refused for good.
    /// </summary>
    /// <returns>What the ledger will never take, in words; empty where it took everything.</returns>
    /// <exception cref="Exception">They were not taken, or nobody knows: all are to be sent again.</exception>
    Task<IReadOnlyList<string>> Send(IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken);
}
