using System.ComponentModel;

namespace RunLedger.Service.Policies;

/// <summary>Runs of one status and candidate whose time is over.</summary>
sealed record RetentionPreviewItem(
    string Status,
    string ProcessCandidateCode,
    [property: Description("How long such runs stay after they were settled, as d.hh:mm:ss.")] TimeSpan Period,
    long Runs,
    [property: Description("When the first of them ended or was flagged, by the ledger's clock.")] DateTime SettledFirst,
    DateTime SettledLast);
