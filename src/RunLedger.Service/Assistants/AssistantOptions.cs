using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Assistants;

/// <summary>What assistants may ask at <c>/mcp</c>. Every default can stay as it is.</summary>
sealed class AssistantOptions
{
    /// <summary>The configuration section, <c>Assistants</c>.</summary>
    public const string Section = "Assistants";

    /// <summary>Whether there is <c>/mcp</c>.</summary>
    /// <value>
    /// The default is true: it shows the same callers no more than <c>GET /api</c> does, and changes nothing.
    /// </value>
    public bool Enabled { get; set; } = true;

    /// <summary>The bytes of JSON of one answer; what has no room is on the next page.</summary>
    /// <value>The default is 32 KB, which is some 8,000 tokens of a model.</value>
    [Range(16 * 1024, 1024 * 1024)]
    public int AnswerBytes { get; set; } = 32 * 1024;

    /// <summary>How often one key or user may call a tool in a minute; the next call is refused.</summary>
    /// <value>The default is 120: every call is a row in the log of actions.</value>
    [Range(1, 100_000)]
    public int CallsPerMinute { get; set; } = 120;
}
