namespace RunLedger.Contracts;

/// <summary>What every message about a run says, whether a run's component or the ledger sends it.</summary>
public interface IRunMessage
{
    /// <summary>The run, chosen by whoever starts it. Never the empty GUID.</summary>
    Guid ProcessRunId { get; }

    /// <summary>The process this run is a candidate of, for example <c>PROC-CAND:dot:kg</c>. Never empty.</summary>
    string ProcessCandidateCode { get; }

    /// <summary>The wire key all components of a run share. Never empty; not MassTransit's correlation id.</summary>
    string CorrelationId { get; }

    /// <summary>Which kind of system speaks: one of <see cref="SourceSystems"/>.</summary>
    string SourceSystem { get; }

    /// <summary>When it happened, by the sender's clock; an offset is taken, more than microseconds is cut.</summary>
    DateTimeOffset OccurredAt { get; }
}
