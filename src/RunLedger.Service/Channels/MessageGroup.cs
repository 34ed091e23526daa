namespace RunLedger.Service.Channels;

/// <summary>What failed, and how.</summary>
/// <param name="Fingerprint">As that of <c>GET /api/failures</c>, or <c>GET /api/rejected/groups</c>.</param>
/// <param name="Error">What its members have in common, in words.</param>
sealed record MessageGroup(string Fingerprint, string Error);
