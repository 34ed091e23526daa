namespace RunLedger.Storage;

/// <summary>What a store's failure means for the messages that wait for it.</summary>
enum StoreFault
{
    /// <summary>Another writer was quicker: taken again, on what it wrote.</summary>
    Conflict,

    /// <summary>The database refuses a row: only the message behind it fails.</summary>
    Data,

    /// <summary>The database cannot be used now: everything waits.</summary>
    Unavailable,
}
