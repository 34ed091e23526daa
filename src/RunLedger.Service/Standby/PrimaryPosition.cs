using NpgsqlTypes;

namespace RunLedger.Service.Standby;

/// <summary>Where the primary is.</summary>
/// <param name="Written">How far its log is written.</param>
/// <param name="At">Its own clock.</param>
/// <param name="Database">Which database of which server it is: a standby says the same of itself.</param>
readonly record struct PrimaryPosition(NpgsqlLogSequenceNumber Written, DateTime At, string Database);
