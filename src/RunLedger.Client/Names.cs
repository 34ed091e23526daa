using UUIDNext;

namespace RunLedger.Client;

/// <summary>Name spaces of derived ids (RFC 9562, version 5), so that anybody can compute them.</summary>
static class Names
{
    /// <summary>
    /// A run's id is the UUIDv5 of its idempotency key in it; a step's that of its code, NUL and attempt in its run's
    /// id.
    /// </summary>
    public static readonly Guid Runs = Uuid.NewNameBased(Uuid.Namespace.URL, "https://runledger.dev/runs");
}
