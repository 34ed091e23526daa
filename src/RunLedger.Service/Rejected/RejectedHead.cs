using RunLedger.Storage.Rows;

namespace RunLedger.Service.Rejected;

/// <summary>A rejected row whose payload may be cut, and how long the payload is in full.</summary>
sealed record RejectedHead(RejectedRow Row, int PayloadBytes);
