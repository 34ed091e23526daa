using UUIDNext;

namespace RunLedger.Client;

/// <summary>Namespaces of name-based ids (RFC 9562, version 5), so that others can compute the same ids.</summary>
static class NameBasedIds
{
    /// <summary>
    /// A run's id is the UUIDv5 of its idempotency key in this namespace; a step's is that of its code, NUL and attempt
    /// in its run's id.
    /// </summary>
    public static readonly Guid Runs = Uuid.NewNameBased(Uuid.Namespace.URL, "https://runledger.dev/runs");
}
