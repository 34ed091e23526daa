namespace RunLedger.Sealing;

/// <summary>What a leaf of a commit is of. The numbers are hashed and stored: they never change.</summary>
enum LeafKind : byte
{
    /// <summary>A row of <c>process_run_observation</c>, wherever it is now.</summary>
    Run = 1,

    /// <summary>A row of <c>process_component_observation</c>, wherever it is now.</summary>
    Component = 2,

    /// <summary>A row of <c>rejected_observation</c>.</summary>
    Rejected = 3,

    /// <summary>An observation as it was taken: the first 128 bits of the SHA-256 of its canonical JSON.</summary>
    Observation = 4,

    /// <summary>A slice of the archive's files: the SHA-256 of its manifest.</summary>
    Slice = 5,

    /// <summary>From here on commits are sealed; what rows there are is taken up as it is.</summary>
    Epoch = 6,

    /// <summary>Every row that was there has been taken up.</summary>
    Adopted = 7,

    /// <summary>
    /// Up to <see cref="Leaf.MostObservations"/> observations as they were taken: how many, and of each the first 128
    /// bits of the SHA-256 of its canonical JSON, which has its ids. Commits of before have a leaf for each.
    /// </summary>
    Observations = 8,
}
