namespace RunLedger.Client.Sending;

/// <summary>Carries observations to the ledger.</summary>
interface ITransport
{
    /// <summary>
    /// Sends lines as <see cref="ObservationLine"/> writes them; returns when each is durable or rejected.
    /// </summary>
    /// <returns>Why lines were rejected, in words; empty where none was.</returns>
    /// <exception cref="Exception">They were not accepted, or that is unknown: all are to be sent again.</exception>
    Task<IReadOnlyList<string>> Send(IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken);
}
