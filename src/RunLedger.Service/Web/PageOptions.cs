namespace RunLedger.Service.Web;

/// <summary>What the page links to.</summary>
sealed class PageOptions
{
    /// <summary>The configuration section, <c>Page</c>.</summary>
    public const string Section = "Page";

    /// <summary>Where a run's trace is shown, http or https, with <c>{traceId}</c> in it.</summary>
    /// <value>The default is null: the trace's id is shown without a link.</value>
    public string? TraceUrl { get; set; }

    public string? Trace(string id) => TraceUrl?.Replace("{traceId}", id, StringComparison.Ordinal);
}
