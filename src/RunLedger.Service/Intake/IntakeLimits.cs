namespace RunLedger.Service.Intake;

/// <summary>What the intake holds in memory at most, beside the bodies of <see cref="IntakeOptions"/>.</summary>
static class IntakeLimits
{
    /// <summary>
    /// Larger batches are sent in several requests; an observation with the most evidence allowed has 256 KB.
    /// </summary>
    public const int MaxBodyBytes = 8 * 1024 * 1024;

    /// <summary>Observations of one request on their way at once.</summary>
    public const int Chunk = 500;

    /// <summary>
    /// Of observations as they came, in one message. More saves nothing, and makes large objects of the runtime's.
    /// </summary>
    public const int MessageBytes = 64 * 1024;

    /// <summary>
    /// Memory for what waits in this process for its commit, also after its sender was told to come back: 30,000 plain
    /// observations, or eight bodies of the largest size with nothing good in them.
    /// </summary>
    public const int RoomBytes = 128 * 1024 * 1024;
}
