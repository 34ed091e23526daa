namespace RunLedger.Sealing;

/// <summary>What a commit did with what a leaf is of. The numbers are hashed and stored: they never change.</summary>
enum LeafWay : byte
{
    /// <summary>It was written, over what the leaf says was there before.</summary>
    Written = 0x00,

    /// <summary>It became part of another row, or was replaced.</summary>
    Gone = 0x40,

    /// <summary>It was there already and was taken up as it was.</summary>
    TakenUp = 0x80,

    /// <summary>It left the database because its time was over; it may be in the archive's files.</summary>
    Purged = 0xC0,
}
