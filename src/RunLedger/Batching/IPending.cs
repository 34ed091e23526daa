namespace RunLedger.Batching;

/// <summary>Something that waits for a commit.</summary>
interface IPending
{
    /// <summary>Completes when it is committed; fails when it, and nothing else, could not be.</summary>
    Task Done { get; }

    /// <summary>About how many bytes of it travel to the database, where that is much.</summary>
    long Bytes { get; }

    /// <summary>What no two of a batch may be about; null where any may be together.</summary>
    Guid? Exclusive { get; }

    void Fail(Exception exception);
}
