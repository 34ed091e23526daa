namespace RunLedger.Service.Standby;

/// <summary>On a route whose GET only reads, and may do so on a standby.</summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class ReadsOnlyAttribute : Attribute
{
    /// <summary>Whether a POST to it only reads too: what is asked is in its body.</summary>
    public bool Posts { get; init; }

    /// <summary>Whether this request only reads.</summary>
    public static bool Holds(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<ReadsOnlyAttribute>() is { } reads
        && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
            || (reads.Posts && HttpMethods.IsPost(http.Request.Method)));
}
