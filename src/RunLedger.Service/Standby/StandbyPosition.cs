using NpgsqlTypes;

namespace RunLedger.Service.Standby;

/// <summary>Where the standby is.</summary>
/// <param name="Replayed">
/// What of the primary's log can be read there; null where the server is no standby, or none any more.
/// </param>
/// <param name="LastCommit">When the newest commit that can be read there was made, by the primary's clock.</param>
/// <param name="Database">As the primary's.</param>
readonly record struct StandbyPosition(NpgsqlLogSequenceNumber? Replayed, DateTime? LastCommit, string Database);
