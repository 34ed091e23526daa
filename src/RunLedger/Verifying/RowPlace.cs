namespace RunLedger.Verifying;

/// <summary>Where a row is by what the commits say.</summary>
enum RowPlace
{
    /// <summary>In a table.</summary>
    Here,

    /// <summary>It became part of another, or was replaced.</summary>
    Gone,

    /// <summary>Its time was over; it may be in files.</summary>
    Purged,
}
