using System.ComponentModel;
using RunLedger.Service.Reading;

namespace RunLedger.Service.Http;

/// <summary>The latest changes of runs.</summary>
sealed record ActivityAnswer
{
    [Description("The newest first.")]
    public required IReadOnlyList<Change> Items { get; init; }
}
