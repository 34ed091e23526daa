namespace RunLedger.Storage;

/// <summary>
/// The databases the ledger can live in. Each is a folder beside this file, and the key of its services.
/// </summary>
enum StorageProvider
{
    /// <summary>The embedded file.</summary>
    Sqlite,

    /// <summary>A server.</summary>
    Postgres,
}
