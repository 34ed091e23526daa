namespace RunLedger.Telemetry;

/// <summary>What became of an observation.</summary>
enum Outcome
{
    /// <summary>It changed what the ledger knows.</summary>
    Recorded,

    /// <summary>It said nothing that was not known: sent twice, or older than all that counts.</summary>
    Duplicate,

    /// <summary>It could not be taken and is set aside.</summary>
    Rejected,

    /// <summary>Its run is archived, so that it is set aside.</summary>
    Late,

    /// <summary>Handling or writing it failed; MassTransit may try it again.</summary>
    Failed,

    /// <summary>The process stopped, or could not read the row; it waits in its queue again.</summary>
    Requeued,
}
