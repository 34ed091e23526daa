using System.ComponentModel;

namespace RunLedger.Service.Rejected;

/// <summary>What an operator says to do with rejected rows.</summary>
sealed record GroupRequest(
    [property: Description("The group, a fingerprint of /api/rejected/groups.")] string? Fingerprint,
    [property: Description("True, in place of a fingerprint, for everything that is open.")] bool? All,
    [property: Description("Only rows set aside by this time, such as lastSeen of a group that was looked at; without it all that are open.")]
    DateTimeOffset? Until,
    [property: Description("Why; at most 2,000 characters. To discard it has to be said.")] string? Reason);
