namespace RunLedger.Client.Sending;

/// <summary>Which observations go in one message of <see cref="Contracts.RunObservations"/>.</summary>
static class LineBatches
{
    /// <summary>As many as the contract allows.</summary>
    const int MaxCount = 1_000;

    /// <summary>More saves nothing, and makes large objects of the runtime's at both ends.</summary>
    const int MaxBytes = 64 * 1024;

    /// <summary>All of the lines, in order; one that is large is alone.</summary>
    public static IEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> Split(IReadOnlyList<ReadOnlyMemory<byte>> lines)
    {
        var several = new List<ReadOnlyMemory<byte>>();
        var bytes = 0;
        foreach (var line in lines)
        {
            if (several.Count == MaxCount || (several.Count > 0 && bytes + line.Length > MaxBytes))
            {
                yield return several;
                (several, bytes) = ([], 0);
            }

            several.Add(line);
            bytes += line.Length;
        }

        if (several.Count > 0)
            yield return several;
    }
}
