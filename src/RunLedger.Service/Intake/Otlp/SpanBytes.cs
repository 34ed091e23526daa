namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// Whether a span can be about a pipeline at all, told by its bytes in either encoding: it costs a search and no
/// decoding, so that spans of everything else are passed over about as fast as they are read.
/// </summary>
static class SpanBytes
{
    public static bool MayBeOfPipeline(ReadOnlySpan<byte> span) => span.IndexOf("cicd.pipeline."u8) >= 0;

    /// <summary>
    /// Whether a resource names a run: then a span that says nothing itself may be the run's own. What else a resource
    /// says of a pipeline is about every span of it.
    /// </summary>
    public static bool NamesRun(ReadOnlySpan<byte> resource) => resource.IndexOf("cicd.pipeline.run.id"u8) >= 0;
}
